import numpy as np

from rainapp.evaluation import contact_sheet
from rainapp.evaluation.contact_sheet import Crop, compose, places, share_out


def test_crops_lie_where_most_was_removed_and_do_not_overlap() -> None:
    rainy = np.full((400, 600, 3), 100, np.uint8)
    derained = rainy.copy()
    derained[300:310, 500:510] -= 50
    derained[20:30, 30:40] -= 30
    first, second = places(rainy, derained, 2, side_px=64)
    assert first[0].start <= 300
    assert first[0].stop >= 310
    assert first[1].start <= 500
    assert first[1].stop >= 510
    assert second[1].start <= 30
    assert len(places(rainy, rainy, 99, side_px=128)) <= 3 * 4


def test_every_photo_gives_about_as_many_crops() -> None:
    assert share_out(3, 9) == [3, 3, 3]
    assert sum(share_out(77, 30)) == 30
    assert max(share_out(77, 30)) == 1


def test_a_small_photo_and_a_foreign_name_fit_on_the_sheet() -> None:
    small = np.zeros((40, 50, 3), np.uint8)
    sheet = compose([Crop("\u96e8", [small, small]), Crop("b", [small])])
    assert (sheet.pixels == 0).all(axis=2).sum() >= 3 * 40 * 50
    assert sheet.width > contact_sheet.CROP_PX * 2
