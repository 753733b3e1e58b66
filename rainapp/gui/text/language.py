"""The person's language: which one, its translations, and figures written its way.

English is in the sources; its own file holds only the forms for one and for many. Whatever another language does not say is
said in English.
"""

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from rainapp.base.paths import resource
from rainapp.library.model_library import ModelCard

LANGUAGES = (("en", "English"), ("de", "Deutsch"))
ENGLISH = "en"


def language_of(wanted: str, spoken: list[str]) -> str:
    """The language to speak: what the settings want, or "system" for the first of `spoken` that we know."""
    known = [language for language, _ in LANGUAGES]
    tags = spoken if wanted == "system" else [wanted]
    return next((base for tag in tags if (base := tag.replace("_", "-").split("-")[0]) in known), ENGLISH)


def speak(application: QCoreApplication, wanted: str) -> None:
    """Say everything that is shown from now on in the language of the settings."""
    system = QLocale.system()
    language = language_of(wanted, system.uiLanguages())
    chosen = QLocale(language)
    QLocale.setDefault(system if system.language() == chosen.language() else chosen)
    for old in application.findChildren(QTranslator):
        application.removeTranslator(old)
        old.deleteLater()
    folder = str(resource("translations"))
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    for name, place in ((f"rainapp_{ENGLISH}", folder), (f"rainapp_{language}", folder), (f"qtbase_{language}", qt)):
        translator = QTranslator(application)
        if translator.load(name, place):
            application.installTranslator(translator)


def summary(card: ModelCard) -> str:
    """What a model is for; those that come with the application say it in the language."""
    return QCoreApplication.translate("Cards", card.summary) if card.summary else ""


def figure(value: float, digits: int) -> str:
    """A number with so many digits after the comma, or the point, as the language has it."""
    return f"{value:.{digits}f}".replace(".", QLocale().decimalPoint())
