"""The camera: fit, zoom at a point, pan, and what is in sight."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QSizeF

from rainapp.gui.canvas.camera import MARGIN, ZOOM_MAX, Camera


def camera(width: int = 4000, height: int = 3000, view: tuple[float, float] = (800, 600), ratio: float = 1.0) -> Camera:
    made = Camera()
    made.resize(QSizeF(*view), ratio)
    made.show(width, height)
    return made


def test_a_fitted_photo_has_air_around_it() -> None:
    rect = camera().picture_rect
    assert min(rect.left(), rect.top()) == pytest.approx(MARGIN, abs=12)
    assert rect.center().x() == pytest.approx(400)
    assert rect.center().y() == pytest.approx(300)


def test_a_fitted_photo_stays_fitted_when_the_window_grows() -> None:
    made = camera()
    made.resize(QSizeF(1600, 1200), 1.0)
    assert made.zoom == pytest.approx(made.fit_zoom)


def test_one_to_one_means_screen_pixels_at_every_ratio() -> None:
    made = camera(ratio=2.0)
    made.zoom_to(1.0)
    assert made.scale == 0.5
    assert made.visible().width == 1600


@given(
    zoom=st.floats(0.01, 40),
    x=st.floats(0, 800),
    y=st.floats(0, 600),
    width=st.integers(1, 20000),
    height=st.integers(1, 20000),
)
def test_zooming_never_loses_the_photo(zoom: float, x: float, y: float, width: int, height: int) -> None:
    made = camera(width, height)
    made.zoom_to(zoom, QPointF(x, y))
    made.pan(QPointF(x * 100, -y * 100))
    assert made.zoom <= ZOOM_MAX
    seen = made.visible()
    assert 0 <= seen.x < width
    assert 0 <= seen.y < height
    assert 1 <= seen.width <= width - seen.x
    assert 1 <= seen.height <= height - seen.y


@given(x=st.floats(-500, 1500), y=st.floats(-500, 1500))
def test_view_and_picture_points_are_inverse(x: float, y: float) -> None:
    made = camera(ratio=1.5)
    made.zoom_to(0.7)
    back = made.to_view(made.to_picture(QPointF(x, y)))
    assert (back - QPointF(x, y)).manhattanLength() < 1e-6


def test_steps_go_through_round_figures() -> None:
    made = camera()
    made.zoom_to(1.0)
    seen = []
    for direction in (1, 1, -1, -1, -1):
        made.step(direction)
        seen.append(made.zoom)
    assert seen == [1.5, 2.0, 1.5, 1.0, 0.75]


def test_a_photo_smaller_than_the_view_cannot_be_panned_away() -> None:
    made = camera()
    before = made.centre
    made.pan(QPointF(300, 200))
    assert made.centre == before
