"""How work ended, told over the page where the bar that says it is out of sight; for as long as it is true."""

from PySide6.QtCore import QObject

from rainapp.gui.files.run_bar import RunBar
from rainapp.gui.state.ending_words import Ending, again
from rainapp.gui.state.numbered_frames import Offer
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.top_bar import Notice


class EndNotice(QObject):
    """Says it when a batch is over, follows what becomes of the files it counts, and takes it back when work begins."""

    def __init__(self, notice: Notice, bar: RunBar, workspace: Workspace) -> None:
        """Say it in `notice` where `bar` cannot."""
        super().__init__(notice)
        self._notice, self._bar, self._workspace = notice, bar, workspace
        self._said: Offer | None = None
        workspace.batch.finished.connect(self._tell)
        workspace.batch.changed.connect(self._follow)
        workspace.item_changed.connect(self._follow)
        workspace.removed.connect(self._follow)
        workspace.added.connect(self._follow)

    def _tell(self, *_: object) -> None:
        """A batch is over."""
        ended = self._worth_telling
        if ended is None or self._bar.ending.isVisible():
            self._take_back()
        else:
            self._say(ended)

    def _follow(self, *_: object) -> None:
        """What was said may be true no more."""
        if self._said is None or not self._notice.shows(self._said):
            self._said = None
            return
        ended = self._worth_telling
        if ended is None:
            self._take_back()
        elif ended.words != self._said.words:
            self._say(ended)

    @property
    def _worth_telling(self) -> Ending | None:
        ended = self._bar.how_it_ended
        return None if ended is None or ended.only_saved else ended

    def _say(self, ended: Ending) -> None:
        failed = len(self._workspace.failed)
        self._said = Offer(ended.words, again(failed) if failed else "", self._bar.try_again)
        self._notice.offer(self._said)

    def _take_back(self) -> None:
        self._notice.take_back(self._said)
        self._said = None
