"""Where the canvas looks: zoom and centre, shared by all views of one photo. Pure geometry, no widgets.

Three spaces: picture pixels, view units (Qt's logical pixels) and screen pixels (view units times the device pixel ratio). A
zoom of 1 means one picture pixel on one screen pixel.
"""

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, QSizeF

from rainapp.jobs.records import Region

MARGIN = 28.0  # air around a fitted photo, in view units
ZOOM_MAX = 16.0
FIT_ZOOM_MAX = 4.0  # a tiny picture is enlarged, but not to a mosaic
_STEPS = (0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)


@dataclass
class Camera:
    """Looks at a picture of `width` x `height` pixels through a view. `fitted` keeps the whole picture in sight on resizing."""

    width: int = 1
    height: int = 1
    view: QSizeF = field(default_factory=lambda: QSizeF(1, 1))
    ratio: float = 1.0
    zoom: float = 1.0
    centre: QPointF = field(default_factory=lambda: QPointF(0.5, 0.5))
    fitted: bool = True
    margin: float = MARGIN

    def show(self, width: int, height: int) -> None:
        """Look at the whole of another picture."""
        self.width, self.height = max(1, width), max(1, height)
        self.fit()

    def resize(self, view: QSizeF, ratio: float) -> None:
        """Take another size of view, in view units, and another device pixel ratio."""
        self.view, self.ratio = view, ratio
        if self.fitted:
            self.fit()
        else:
            self._stay()

    @property
    def fit_zoom(self) -> float:
        """The zoom at which the whole picture is seen with air around it."""
        margin = self.margin if min(self.view.width(), self.view.height()) > 6 * self.margin else min(8.0, self.margin)
        across = max(1.0, self.view.width() - 2 * margin) / self.width
        down = max(1.0, self.view.height() - 2 * margin) / self.height
        return min(FIT_ZOOM_MAX, min(across, down) * self.ratio)

    @property
    def scale(self) -> float:
        """View units per picture pixel."""
        return self.zoom / self.ratio

    def fit(self) -> None:
        """See the whole picture, and go on doing so when the view changes."""
        self.zoom = self.fit_zoom
        self.centre = QPointF(self.width / 2, self.height / 2)
        self.fitted = True

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom so that the picture point under `at` (view units; None: the middle) stays where it is."""
        at = at if at is not None else QPointF(self.view.width() / 2, self.view.height() / 2)
        held = self.to_picture(at)
        self.zoom = min(ZOOM_MAX, max(min(self.fit_zoom, 1.0) / 2, zoom))
        self.fitted = False
        middle = QPointF(self.view.width() / 2, self.view.height() / 2)
        self.centre = held - (at - middle) / self.scale
        self._stay()

    def step(self, direction: int) -> None:
        """Zoom to the next round figure above (1) or below (-1)."""
        if direction > 0:
            self.zoom_to(next((s for s in _STEPS if s > self.zoom * 1.001), ZOOM_MAX))
        else:
            self.zoom_to(next((s for s in reversed(_STEPS) if s < self.zoom * 0.999), _STEPS[0]))

    def pan(self, by: QPointF) -> None:
        """Move the picture by `by` view units."""
        if self.larger_than_view:
            self.centre = self.centre - by / self.scale
            self._stay()

    @property
    def larger_than_view(self) -> bool:
        """Whether there is anything to pan."""
        return self.width * self.scale > self.view.width() + 1 or self.height * self.scale > self.view.height() + 1

    def _stay(self) -> None:
        """Keep the picture in sight: centred along an axis on which it is smaller than the view."""

        def held(centre: float, length: int, view: float) -> float:
            half = view / self.scale / 2
            return length / 2 if half * 2 >= length else min(max(centre, half), length - half)

        self.centre = QPointF(
            held(self.centre.x(), self.width, self.view.width()), held(self.centre.y(), self.height, self.view.height())
        )

    def to_picture(self, point: QPointF) -> QPointF:
        """The picture point under a point of the view."""
        return self.centre + (point - QPointF(self.view.width() / 2, self.view.height() / 2)) / self.scale

    def to_view(self, point: QPointF) -> QPointF:
        """Where a picture point lies in the view."""
        return (point - self.centre) * self.scale + QPointF(self.view.width() / 2, self.view.height() / 2)

    def rect_to_view(self, rect: QRectF) -> QRectF:
        """Where a rectangle of the picture lies in the view."""
        return QRectF(self.to_view(rect.topLeft()), self.to_view(rect.bottomRight()))

    @property
    def picture_rect(self) -> QRectF:
        """Where the whole picture lies in the view."""
        return self.rect_to_view(QRectF(0, 0, self.width, self.height))

    def visible(self, more: float = 0.0) -> Region:
        """The part of the picture in sight, widened by `more` of its size on each side."""
        seen = QRectF(self.to_picture(QPointF(0, 0)), self.to_picture(QPointF(self.view.width(), self.view.height())))
        wide, high = seen.width() * more, seen.height() * more
        seen = seen.adjusted(-wide, -high, wide, high).intersected(QRectF(0, 0, self.width, self.height))
        left, top = int(seen.left()), int(seen.top())
        return Region(left, top, max(1, round(seen.right()) - left), max(1, round(seen.bottom()) - top))
