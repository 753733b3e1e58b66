"""How the window starts and ends.

1  QApplication, Fusion; LC_NUMERIC back to C, because Qt took the person's locale and that breaks number parsing below
2  settings, theme, translations; the list of last time is read once the window is there
3  the bridge and the workers: `run` imports what a job needs when the first of its kind comes, on its thread
4  the window, before any of that is imported
5  the event loop; every event of a job crosses here, through one queued signal
6  the end: settings and list are written, running jobs cancelled, all threads joined
"""

import locale
import logging
import sys
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from rainapp.base.diagnosis import crash_log
from rainapp.base.escapes import EscapingFormatter
from rainapp.base.logs import file_handler
from rainapp.base.settings import Settings, load
from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.crash_dialog import CrashDialog
from rainapp.gui.display.screen_pictures import for_screen
from rainapp.gui.gc_timer import Collector
from rainapp.gui.main_window import MainWindow
from rainapp.gui.single_instance import SingleInstance
from rainapp.gui.state.job_events import Dispatch
from rainapp.gui.state.screen_watch import ScreenColours
from rainapp.gui.state.session_memory import Memory
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.text.error_texts import said
from rainapp.gui.text.language import speak
from rainapp.gui.whats_new import tell_crash, tell_news
from rainapp.gui.widgets.theme import interface_font, look
from rainapp.jobs.records import (
    Event,
    Job,
    Progressed,
    WarmUp,
    Watch,
)
from rainapp.jobs.workers import Run, Workers
from rainapp.library.model_library import ModelLibrary

PROGRESS_MS = 50  # progress reaches the window at most 20 times a second
WARM_UP_MS = 300
DESKTOP_ID = "org.rainapp.rainapp"  # the name of the desktop file, by which a desktop knows the window as ours

log = logging.getLogger(__name__)


def run_work(job: Job, watch: Watch, library: ModelLibrary | None = None) -> object:
    """Do a job, on the worker thread, with the models of `library`. What a job needs is imported with the first of its kind."""
    from rainapp.work.worker import Worker

    return Worker(library or ModelLibrary(), engine_first=True).run(job, watch)


class Bridge(QObject):
    """The one way up: `hear` is called on any thread, `arrived` is emitted on the GUI thread.

    Progress is coalesced to the newest of each job; everything else goes at once.
    """

    arrived = Signal(object)
    _crossed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        """Belong to the GUI thread."""
        super().__init__(parent)
        self._newest: dict[int, Progressed] = {}
        self._lock = threading.Lock()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PROGRESS_MS)
        self._timer.timeout.connect(self._flush)
        self._crossed.connect(self._on_gui_thread, Qt.ConnectionType.QueuedConnection)

    def hear(self, event: Event) -> None:
        """Take an event from any thread."""
        if isinstance(event, Progressed):
            with self._lock:
                first = not self._newest
                self._newest[event.job_id] = event
            if first:
                self._crossed.emit(None)
        else:
            self._crossed.emit(event)

    @Slot(object)
    def _on_gui_thread(self, event: Event | None) -> None:
        if event is None:
            self._timer.start()
            return
        with self._lock:
            late = self._newest.pop(event.job_id, None)
        if late is not None:
            self.arrived.emit(late)
        self.arrived.emit(event)

    @Slot()
    def _flush(self) -> None:
        with self._lock:
            newest, self._newest = list(self._newest.values()), {}
        for event in newest:
            self.arrived.emit(event)


class Session:
    """Everything that lives as long as the window: bridge, workers, workspace, window. `close` ends it all."""

    def __init__(self, settings: Settings, run: Run | None = None, library: ModelLibrary | None = None) -> None:
        """Build the window over workers that do jobs with `run`; None: with the models of `library`."""
        library = library or ModelLibrary()
        run = run or partial(run_work, library=library)
        self.bridge = Bridge()
        self.colours = ScreenColours()
        self.workers = Workers(lambda job, watch: for_screen(run(job, watch), self.colours.space), self.bridge.hear)
        self.dispatch = Dispatch(self.workers.submit)
        self.bridge.arrived.connect(lambda event: self.dispatch.deliver(said(event)))
        look().follow(settings)
        self.workspace = Workspace(self.dispatch, library, settings)
        self.viewing = PreviewController(self.workspace)
        self.window = MainWindow(self.workspace, self.viewing)
        self.colours.changed.connect(self.workspace.on_another_screen)
        self.colours.trouble.connect(self.workspace.notice)
        self.colours.follow(self.window, self.workspace)
        self.memory = Memory(self.workspace)
        self.memory.offered.connect(self.window.returning.ask)
        self.window.closing.connect(self.memory.freeze)
        self._collector = Collector()

    def warm_up(self) -> None:
        """Make the engine ready in the background, once the window has come to rest."""
        QTimer.singleShot(WARM_UP_MS, self.window, self._warm_up)

    def _warm_up(self) -> None:
        if self.workspace.card is not None:
            self.dispatch.ask(WarmUp(self.workspace.preview_treatment), "device", lambda _: None)

    def close(self, remember: bool = True) -> None:
        """Write settings and list, cancel what runs, join the threads. A second call does no harm."""
        self.window.hide()
        if remember:
            self.memory.freeze()
        self._collector.stop()
        self.window.teach.end()
        self.window.page.stop()
        self.viewing.stop()
        self.dispatch.close()
        self.workers.shutdown()
        self.window.compare.end()
        self.memory.end(remember)


def prepare(application: QApplication, settings: Settings) -> None:
    """Make a Qt application ours: style, font, locale, language."""
    application.setApplicationName("rainapp")
    application.setApplicationDisplayName("rainapp")
    application.setDesktopFileName(DESKTOP_ID)
    application.setStyle("Fusion")
    application.setFont(interface_font())
    locale.setlocale(locale.LC_NUMERIC, "C")
    speak(application, settings.language)


def _start_log() -> None:
    root = logging.getLogger()
    if root.handlers:
        return
    try:
        handler = file_handler()
    except OSError:  # no place for a log: the terminal will do
        handler = logging.StreamHandler()
        handler.setFormatter(EscapingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def _known_files(session: Session) -> list[Path]:
    """Files and folders that a report must not name."""
    settings = session.workspace.settings
    names = [*settings.recent, settings.last_folder, settings.save_folder]
    return [*(item.path for item in session.workspace.items), *(Path(name) for name in names if name)]


def _begin(session: Session, paths: Sequence[Path], safe: bool, notices: Sequence[str]) -> None:
    """What the window says and opens first."""
    window, workspace = session.window, session.workspace
    for words in notices:
        window.notice.say(words)
    if safe:
        session.memory.rest()
    else:
        session.memory.begin()
        tell_news(workspace, window, window.notice.offer)
    tell_crash(crash_log.last_crash(), _known_files(session), window.notice.offer)
    crash_log.watch()
    workspace.add(paths)
    session.warm_up()


class FileOpenings(QObject):
    """Files that the system hands over while the window is open, as macOS does: they come in like dropped ones."""

    def __init__(self, window: MainWindow, parent: QObject) -> None:
        """Add to the list of `window`."""
        super().__init__(parent)
        self._window = window

    def take(self, paths: Sequence[Path]) -> None:
        """Add what another start was given, and come to the front."""
        self._window.workspace.add(paths)
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.raise_()
        self._window.activateWindow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, D102 - Qt's name
        if isinstance(event, QFileOpenEvent) and event.file():
            self.take([Path(event.file())])
            return True
        return super().eventFilter(watched, event)


def main(paths: Sequence[Path] = (), safe: bool = False) -> int:
    """Open the window on `paths` and return when it is closed. With `safe` settings are ignored and only the CPU is used.

    Where a window is open already, it gets the files, and this returns at once.
    """
    _start_log()
    settings, notices = (Settings(device="cpu"), ()) if safe else load()
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(sys.argv[:1])
    single = SingleInstance(application)
    if not safe and single.hand_over(paths):
        return 0
    prepare(application, settings)
    session = Session(settings)
    sys.excepthook = CrashDialog(lambda: _known_files(session))
    openings = FileOpenings(session.window, application)
    application.installEventFilter(openings)
    single.asked.connect(openings.take)
    session.window.show()
    _begin(session, paths, safe, notices)
    code = application.exec()
    single.close()
    session.close(remember=not safe)
    crash_log.rest()
    return code
