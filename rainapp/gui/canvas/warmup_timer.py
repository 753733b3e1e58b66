"""The net is made ready for what will be in sight at full scale, while nobody waits for anything. QtCore only."""

from rainapp.gui.canvas.view_cache import Sight, usual_part
from rainapp.gui.state.workspace import Workspace
from rainapp.jobs.records import Event, Failed, Finished, Stopped, WarmUp
from rainapp.jobs.workers import Handle


class Readying:
    """Asks for one `WarmUp` at a time, and takes it back as soon as a person waits."""

    def __init__(self, workspace: Workspace) -> None:
        """Nothing is asked for yet."""
        self._workspace = workspace
        self._wanted: WarmUp | None = None
        self._handle: Handle | None = None

    def want(self, sight: Sight, view_px: tuple[float, float]) -> None:
        """Make the net ready for parts of the photo of `sight` in a view of this size in screen pixels; asks once."""
        picture = sight.picture
        part = None if picture is None or sight.item.is_clip else usual_part(picture, view_px)
        if picture is None or part is None:
            return
        wanted = WarmUp(self._workspace.preview_treatment_of(sight.item), part, (picture.full_width, picture.full_height))
        if wanted != self._wanted:
            self.stop()
            self._wanted = wanted
            self._handle = self._workspace.dispatch.ask(wanted, "quick", self._came)

    def stop(self) -> None:
        """Something else is wanted first: what is not ready by now is asked for another time."""
        if self._handle is not None:
            self._workspace.dispatch.forget(self._handle)
            self._handle = self._wanted = None

    def _came(self, event: Event) -> None:
        if isinstance(event, Finished | Failed | Stopped):
            self._handle = None
