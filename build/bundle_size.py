"""How large a bundle is, by part, and what was left out of it: `python build/bundle_size.py [FOLDER]`."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bundle import plan

INNER = "_internal"
OWNERS = {
    "torch": ("torch", "libtorch", "functorch"),
    "Qt": ("PySide6", "shiboken6"),
    "OpenVINO": ("openvino",),
    "OpenCV": ("cv2", "opencv_python_headless.libs"),
    "FFmpeg (PyAV)": ("av", "av.libs"),
    "NumPy": ("numpy", "numpy.libs"),
    "Pillow and HEIF": ("PIL", "pillow.libs", "pillow_heif", "pillow_heif.libs", "_pillow_heif"),
    "models, samples, icons": ("resources",),
    "Python and pure modules": ("base_library.zip", "python3", "lib-dynload", "rainapp"),
}
MEGA = 1e6


def owner_of(place: Path) -> str:
    """The part that a file of the bundle belongs to."""
    parts = place.parts[1:] if place.parts[0] == INNER else place.parts
    first = parts[0]
    for owner, names in OWNERS.items():
        if any(first == name or (len(parts) == 1 and first.startswith(name)) for name in names):
            return owner
    return "the rest"


def parts_of(folder: Path) -> dict[str, int]:
    """Bytes by part, the largest first."""
    sizes: dict[str, int] = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            owner = owner_of(path.relative_to(folder))
            sizes[owner] = sizes.get(owner, 0) + path.stat().st_size
    return dict(sorted(sizes.items(), key=lambda row: -row[1]))


def show(folder: Path) -> None:
    """Print the table of a bundle, as Markdown."""
    sizes = parts_of(folder)
    print("| part | MB |\n|---|---|")
    for owner, size in sizes.items():
        print(f"| {owner} | {size / MEGA:.0f} |")
    print(f"| all | {sum(sizes.values()) / MEGA:.0f} |")
    told = plan.WORK / plan.LEFT_OUT
    if told.is_file():
        left_out = json.loads(told.read_text("utf-8"))
        print("\n| left out | MB |\n|---|---|")
        for what, size in sorted((left_out["files"] | left_out["modules"]).items(), key=lambda row: -row[1]):
            if size >= MEGA / 10:
                print(f"| {what} | {size / MEGA:.1f} |")


if __name__ == "__main__":
    show(Path(sys.argv[1]) if sys.argv[1:] else plan.DIST / plan.name())
