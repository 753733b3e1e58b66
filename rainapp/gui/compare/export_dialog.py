"""Writing a comparison: what goes into the file, in words, and asking where it goes."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtWidgets import QFileDialog, QWidget

from rainapp.compare.advice import Compared, means
from rainapp.gui.compare import compare_words as say
from rainapp.gui.compare.compare_queue import Subject
from rainapp.gui.compare.compare_sheet import figures_sheet
from rainapp.gui.compare.compare_state import Comparing
from rainapp.jobs.compare_jobs import ExportComparison, Shot
from rainapp.jobs.naming import free_name
from rainapp.jobs.records import Event, Failed, Finished

KINDS = ("picture", "report", "clip", "table")
OF_ALL = ("report", "table")  # these tell of all photos, whichever is in sight


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("CompareExport", text)


def kinds() -> dict[str, tuple[str, str, str]]:
    """By kind: what the dialog asks, the suffix of a name without one, and the file types on offer."""
    return {
        "picture": (tr("Save the comparison as a picture"), ".png", tr("Pictures (*.png *.jpg)")),
        "report": (tr("Save the comparison as a report"), ".html", tr("Web page (*.html)")),
        "clip": (tr("Save the comparison as a moving picture"), ".mp4", tr("Moving pictures (*.mp4 *.webp *.gif)")),
        "table": (tr("Save the figures as a table"), ".csv", tr("Table (*.csv)")),
    }


def record(comparing: Comparing, target: Path, kind: str, *, replaces: bool = False) -> ExportComparison:
    """What to write: the photo in sight, or for a report all photos, those first on which the results were worst."""
    here = [comparing.subject] if comparing.subject is not None and kind != "table" else []
    subjects = comparing.worst_first() if kind == "report" else here
    photos = tuple((subject.name, shots(comparing, subject)) for subject in subjects)
    run = comparing.trial.run if comparing.mode == "trial" else comparing.run
    rows = [(comparing.titles[model], means(run.results(model))) for model in comparing.models if run.results(model)]
    notes = []
    if comparing.tally is not None and comparing.mode == "photos":
        notes.append(say.verdict(comparing.tally, comparing.titles))
    if any(result.frames for result in run.results()):
        notes.append(tr("Of a clip a range of frames was compared: figures are means over it, pictures one frame of it."))
    if comparing.mode == "trial" and comparing.trial.photo is not None and comparing.trial.photo.frames:
        notes.append(tr("Of the clip one frame was compared."))
    if run.lost:
        notes.append(tr("{n} results are missing here: they failed.").format(n=run.lost))
    notes.append(
        tr("Seconds were measured on this machine. Naturalness is NIQE; smaller is better, yet sharp rain can score well.")
    )
    language = QLocale().name().split("_")[0]
    title = tr("Comparison of models")
    sheet = figures_sheet(comparing) if kind == "table" else ()
    table = say.export_table(rows)
    return ExportComparison(target, photos, table, tuple(notes), title, language, replaces, sheet, sources(comparing))


def sources(comparing: Comparing) -> tuple[Path, ...]:
    """The files of the person that an export comes of: all that was compared, as its table speaks of all."""
    if comparing.mode == "trial":
        return () if comparing.trial.photo is None else (comparing.trial.photo.source,)
    found = [result.source for result in comparing.run.results()]
    names = {path.stem for path in found}
    clean = [path for path in truths(comparing) if path == comparing.truth or path.stem in names]
    return tuple(dict.fromkeys((*found, *clean)))


def shots(comparing: Comparing, subject: Subject) -> tuple[Shot, ...]:
    """The original and every result of one photo."""
    results: list[Compared] = comparing.results_of(subject)
    seen = comparing.subject is not None and comparing.subject.source == subject.source
    frames = [(r, r.at(comparing.sights.place if seen else len(r.frames) // 2)) for r in results]
    before = Shot(tr("Rainy"), frames[0][1].original)
    return (before, *(Shot(comparing.titles[r.model], frame.result, say.facts(r)) for r, frame in frames))


def can_export(comparing: Comparing, kind: str) -> bool:
    """Whether there is something to write: for a picture the photo in sight, for figures and a report any photo."""
    if comparing.ballot is not None:
        return False
    if kind in OF_ALL:
        return bool(comparing.worst_first())
    subject = comparing.subject
    return subject is not None and bool(comparing.results_of(subject))


def truths(comparing: Comparing) -> list[Path]:
    """The pictures without rain that were chosen: no export replaces one."""
    truth = comparing.truth
    if truth is None:
        return []
    return list(truth.iterdir()) if truth.is_dir() else [truth]


def export(comparing: Comparing, kind: str, parent: QWidget) -> None:
    """Ask for a name and write; where it went is told in the window's line of notices."""
    if not can_export(comparing, kind):
        return
    workspace = comparing.workspace
    ask, suffix, types = kinds()[kind]
    folder = Path(workspace.settings.save_folder or workspace.settings.last_folder or Path.home())
    name, _ = QFileDialog.getSaveFileName(parent, ask, str(folder / f"comparison{suffix}"), types)
    if not name:
        return
    target = Path(name) if Path(name).suffix else Path(name).with_suffix(suffix)
    target = free_name(target, [*workspace.originals(), *truths(comparing)])
    lost = (comparing.trial.run if comparing.mode == "trial" else comparing.run).lost
    workspace.notice.emit(tr("Writing {name}…").format(name=target.name))

    def heard(event: Event) -> None:
        if isinstance(event, Finished):
            said = tr("Saved {name}; {n} results failed and are missing in it.") if lost else tr("Saved {name}.")
            workspace.notice.emit(said.format(name=event.result, n=lost))
        elif isinstance(event, Failed):
            workspace.notice.emit(f"{event.message} {event.hint}".strip())

    replaces = target == Path(name) and target.exists()  # the dialog has asked about that name, and no other
    workspace.dispatch.ask(record(comparing, target, kind, replaces=replaces), "library", heard)
