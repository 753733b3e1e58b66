"""What macOS is told of the application: names, versions, what it opens. NOT RUN: no such machine was there."""

from bundle import plan
from bundle.documents import KINDS

OLDEST = "13.0"  # of what torch's wheels ask for


def info_plist() -> dict[str, object]:
    """The keys of Info.plist beyond those that PyInstaller writes itself."""
    return {
        "CFBundleName": "rainapp",
        "CFBundleDisplayName": "rainapp",
        "CFBundleShortVersionString": plan.version(),
        "CFBundleVersion": plan.version(),
        "CFBundleDevelopmentRegion": "en",
        "CFBundleLocalizations": ["en", "de"],
        "CFBundleDocumentTypes": document_types(),
        "LSApplicationCategoryType": "public.app-category.photography",
        "LSMinimumSystemVersion": OLDEST,
        "NSHighResolutionCapable": True,
        "NSSupportsAutomaticGraphicsSwitching": True,
        "NSHumanReadableCopyright": "MIT; whose work comes with it stands in LICENCES.txt",
        "NSPrincipalClass": "NSApplication",
    }


def document_types() -> list[dict[str, object]]:
    """What it opens: offered beside the program of the person's choice, never in its place."""
    return [
        {
            "CFBundleTypeName": kind.name,
            "CFBundleTypeRole": "Editor",
            "LSHandlerRank": "Alternate",
            "LSItemContentTypes": list(kind.identifiers),
            "CFBundleTypeExtensions": list(kind.suffixes),
        }
        for kind in KINDS
    ]
