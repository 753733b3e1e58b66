"""Scores through the pipeline, on pairs made here and a real small net."""

import json
import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rainapp.base.errors import UnreadableFile
from rainapp.cli import command_line
from rainapp.evaluation import photo_pairs
from rainapp.jobs.records import NoWatch


@pytest.fixture
def pairs(tmp_path: Path, photo_pixels: NDArray[np.uint8]) -> Path:
    """A folder with rainy/, clean/ and mask/ of three pictures; streaks are 40 levels brighter."""
    for name in ("rainy", "clean", "mask"):
        (tmp_path / name).mkdir()
    for index in range(3):
        clean = np.roll(photo_pixels // 2, 7 * index, axis=1)
        mask = np.zeros(clean.shape[:2], np.uint8)
        mask[5:50, 10 + index :: 12] = 1
        rainy = clean + 40 * mask[..., None]
        cv2.imwrite(str(tmp_path / "rainy" / f"{index}.png"), rainy[..., ::-1])
        cv2.imwrite(str(tmp_path / "clean" / f"{index}.png"), clean[..., ::-1])
        cv2.imwrite(str(tmp_path / "mask" / f"{index}masks.png"), mask * 255)
    return tmp_path


def run(pairs: Path, *more: str) -> int:
    return command_line.main(["evaluate", "--rainy", str(pairs / "rainy"), *more])


def test_one_json_object_a_model_with_the_promised_keys(
    pairs: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(pairs, "--clean", str(pairs / "clean"), "--identity", "--model", "tiny", "--engine", "torch", "--json") == 0
    identity, tiny = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert identity["model"] == "identity"
    assert identity["rain_removed"] == 0
    assert identity["bg_err"] == 0
    assert identity["mean_change"] == 0
    assert tiny["model"] == "tiny"
    assert tiny["n"] == 3
    assert tiny["engine"].startswith("torch")
    promised = {"psnr_y", "ssim_y", "psnr_y_b", "psnr_rgb", "rain_removed", "rain_action", "bg_err", "ci95", "seconds_per_mp"}
    assert promised <= set(tiny)
    assert tiny["ci95"][0] <= tiny["psnr_y"] <= tiny["ci95"][1]
    assert tiny["mean_change"] > 0
    assert 0 < identity["gmsd"] < 0.5
    assert identity["niqe"] is None, "these pictures are too small for it"
    assert identity["against"] == {}
    assert tiny["against"]["identity"]["gain"] == pytest.approx(tiny["psnr_y"] - identity["psnr_y"])
    assert 0 <= tiny["against"]["identity"]["p"] <= 1


def test_real_streaks_are_scored_by_their_masks(pairs: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(pairs, "--masks", str(pairs / "mask"), "--identity", "--model", "tiny", "--engine", "torch", "--json") == 0
    identity, tiny = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert identity["n"] == 3
    assert identity["streak_removed"] == pytest.approx(0, abs=1e-6)
    assert tiny["change_elsewhere"] > 0
    assert identity["energy_on_streaks"] is None, "nothing was removed"
    assert 0 < tiny["energy_on_streaks"] < 1
    assert 0 < tiny["energy_pooled"] < 1
    assert tiny["against"]["identity"]["gain"] == pytest.approx(tiny["streak_removed"], abs=1e-6)


def test_the_table_ends_with_the_paired_test(pairs: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(pairs, "--clean", str(pairs / "clean"), "--identity", "--model", "tiny", "--engine", "torch") == 0
    out = capsys.readouterr().out
    assert all(column in out for column in ("psnr_y", "gmsd", "niqe"))
    assert "identity → tiny: psnr_y" in out


def test_photos_of_real_rain_become_one_sheet(pairs: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = pairs / "sheet.png"
    code = run(pairs, "--identity", "--model", "tiny", "--engine", "torch", "--json", "--sheet", str(sheet), "--crops", "3")
    assert code == 0
    identity, tiny = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (identity["photos"], identity["mean_change"], identity["pixels_changed"]) == (3, 0, 0)
    assert tiny["mean_change"] > 0
    drawn = cv2.imread(str(sheet))
    assert drawn is not None
    rainy = cv2.imread(str(pairs / "rainy" / "1.png"))
    found = cv2.matchTemplate(drawn, rainy, cv2.TM_SQDIFF)
    assert found.min() < 1, "the crops stand on the sheet pixel by pixel"


def test_fine_rain_of_one_direction_is_measured_without_a_partner(
    pairs: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    streaks = np.full((90, 120, 3), 60, np.uint8) + np.uint8(90) * (np.arange(120) % 7 == 0)[None, :, None].astype(np.uint8)
    cv2.imwrite(str(pairs / "rainy" / "comb.png"), streaks)
    cv2.imwrite(str(pairs / "rainy" / "flat.png"), np.full((90, 120, 3), 60, np.uint8))
    small = pairs / "rainy" / "small.png"
    cv2.imwrite(str(small), streaks[:40])
    assert run(pairs, "--identity", "--model", "tiny", "--engine", "torch", "--json", "--over", "85") == 0
    identity, tiny = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert 1 <= identity["n"] < identity["photos"], "a flat picture has no direction"
    assert (identity["fine_removed"], identity["fine_most"]) == (0, 0)
    assert tiny["fine_removed"] != 0
    assert run(pairs, "--identity", "--json", "--over", "100000") != 0
    assert "100000" in capsys.readouterr().err


def test_a_sheet_with_clean_pictures_is_refused_in_words(
    pairs: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(pairs, "--clean", str(pairs / "clean"), "--sheet", str(pairs / "sheet.png")) == 2
    assert "--sheet" in capsys.readouterr().err


def test_a_dry_set_has_no_share_of_rain(pairs: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = command_line.main(
        ["evaluate", "--rainy", str(pairs / "clean"), "--clean", str(pairs / "clean"), "--engine", "torch", "--json"]
    )
    assert code == 0
    dry = json.loads(capsys.readouterr().out)
    assert dry["rain_removed"] is None
    assert dry["mean_change"] > 0


def test_figures_of_untouched_pictures_are_valid_json(
    pairs: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dry = ["evaluate", "--rainy", str(pairs / "clean"), "--clean", str(pairs / "clean"), "--model", "identity", "--json"]
    assert command_line.main(dry) == 0

    def never(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    row = json.loads(capsys.readouterr().out, parse_constant=never)
    assert (row["psnr_y"], row["psnr_rgb_p10"], row["ci95"]) == (None, None, [None, None])


def test_what_would_stop_a_long_evaluation_is_said_before_it(
    pairs: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clean = ["--clean", str(pairs / "clean"), "--identity", "--json"]
    assert run(pairs, *clean, "--html", str(pairs / "nowhere" / "report.html")) == 2
    assert run(pairs, "--sheet", str(pairs / "nowhere" / "sheet.png")) == 2
    assert run(pairs, "--sheet", str(pairs / "sheet.png"), "--model", "identity") == 2
    assert run(pairs, *clean, "--model", "tiny", "--model", "nobody") == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("nowhere does not exist") == 2
    assert "nobody" in said.err


def test_pictures_without_partner_are_counted_and_twins_refused(
    pairs: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (pairs / "clean" / "0.png").unlink()
    words = ["--clean", str(pairs / "clean"), "--model", "identity", "--json"]
    assert run(pairs, *words) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["n"] == 2
    assert said.err.startswith("1 in ")
    shutil.copyfile(pairs / "clean" / "1.png", pairs / "clean" / "1.jpg")
    assert run(pairs, *words) == 3
    assert "both 1.jpg and 1.png" in capsys.readouterr().err


def test_a_mask_of_another_size_costs_its_photo_and_one_of_16_bit_understood(
    pairs: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--masks", str(pairs / "mask"), "--model", "identity", "--json"]
    (pairs / "rainy" / "1.txt").write_text("a note beside the photo")
    assert run(pairs, *words) == 0
    eight = capsys.readouterr().out
    for index in range(3):
        file = str(pairs / "mask" / f"{index}masks.png")
        mask = cv2.imread(file, cv2.IMREAD_GRAYSCALE)
        assert mask is not None
        cv2.imwrite(file, mask.astype(np.uint16) * 257 // 2 * 2 + 1000 * (mask == 0).astype(np.uint16))
    assert run(pairs, *words) == 0
    assert capsys.readouterr().out == eight
    cv2.imwrite(str(pairs / "mask" / "1masks.png"), np.zeros((8, 9), np.uint8))
    assert run(pairs, *words) == 0
    assert "1.png is left out. The mask 1masks.png differs in size" in capsys.readouterr().err
    for index in (0, 2):
        cv2.imwrite(str(pairs / "mask" / f"{index}masks.png"), np.zeros((8, 9), np.uint8))
    assert run(pairs, *words) == 3
    assert "masks.png differs in size" in capsys.readouterr().err


def test_the_report_holds_every_picture_and_the_paired_test(pairs: Path, tiny_library: Path) -> None:
    target = pairs / "report.html"
    assert (
        run(pairs, "--clean", str(pairs / "clean"), "--identity", "--model", "tiny", "--engine", "torch", "--html", str(target))
        == 0
    )
    text = target.read_text(encoding="utf-8")
    assert text.count("<img") == 9
    assert "identity → tiny" in text
    assert "3 of 3 pictures, in the order of psnr_y of tiny" in text
    shown = re.findall(r"<h2>(\d)</h2>", text)
    listed = re.findall(r"<tr><td>(\d)</td>", text)
    assert (sorted(shown), shown) == (["0", "1", "2"], listed), "the pictures and the list of all have one order"
    psnr = [float(row) for row in re.findall(r"tiny: psnr_y ([0-9.]+)", text)]
    assert psnr == sorted(psnr)


def test_the_report_marks_what_a_model_made_worse(pairs: Path, tiny_library: Path) -> None:
    target = pairs / "report.html"
    words = ["--identity", "--model", "tiny", "--engine", "torch", "--html", str(target)]
    dry = ["evaluate", "--rainy", str(pairs / "clean"), "--clean", str(pairs / "clean"), *words]
    assert command_line.main(dry) == 0
    assert target.read_text(encoding="utf-8").count("▼") == 3 + 1, "every dry picture that was changed, and the legend"


def test_missing_partners_are_said_in_words(pairs: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pairs / "empty").mkdir()
    assert run(pairs, "--clean", str(pairs / "empty")) == 3
    assert "partner" in capsys.readouterr().err
    assert run(pairs, "--clean", str(pairs / "nowhere")) == 3


def test_a_bad_pair_costs_itself_and_not_the_others(pairs: Path) -> None:
    cv2.imwrite(str(pairs / "clean" / "0.png"), np.zeros((8, 8, 3), np.uint8))
    (pairs / "rainy" / "1.png").write_bytes((pairs / "rainy" / "1.png").read_bytes()[:200])
    left_out: list[str] = []
    found = photo_pairs.find_pairs(pairs / "rainy", pairs / "clean")
    scores = [score.name for score, _ in photo_pairs.score_pictures(found, lambda image: image, NoWatch(), left_out)]
    assert scores == ["2"]
    assert "differ in size" in left_out[0]
    assert left_out[1].startswith("1 is left out.")
    with pytest.raises(UnreadableFile, match="differ in size"):
        list(photo_pairs.score_pictures(found[:1], lambda image: image, NoWatch(), []))


def test_a_photo_that_is_cut_off_costs_itself_on_real_rain_too(
    pairs: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = pairs / "rainy" / "1.png"
    broken.write_bytes(broken.read_bytes()[:200])
    for words in ([], ["--masks", str(pairs / "mask")]):
        assert run(pairs, "--model", "identity", "--model", "tiny", "--engine", "torch", "--json", *words) == 0
        said = capsys.readouterr()
        assert [json.loads(line)["n"] for line in said.out.splitlines()] == [2, 2]
        assert said.err.count("1.png is left out.") == 1


def test_the_signed_rank_test_tells_a_real_gain_from_chance() -> None:
    rng = np.random.default_rng(0)
    base = rng.normal(30, 2, 40)
    assert photo_pairs.paired_p(list(base + 0.3 + rng.normal(0, 0.1, 40)), list(base)) < 1e-4
    assert photo_pairs.paired_p(list(base + rng.normal(0, 0.1, 40)), list(base)) > 0.05
    assert photo_pairs.paired_p([1.0, 2.0], [1.0, 2.0]) == 1
    # eight pairs, all better: 2 * (1/2)^8 = 0.0078 exactly; the normal approximation comes near
    assert photo_pairs.paired_p([i + 1.0 + i / 10 for i in range(8)], [float(i) for i in range(8)]) == pytest.approx(
        0.0117, abs=0.001
    )


def test_the_interval_holds_the_mean_and_narrows_with_pictures() -> None:
    rng = np.random.default_rng(1)
    few, many = list(rng.normal(30, 2, 10)), list(rng.normal(30, 2, 400))
    low, high = photo_pairs.bootstrap_ci95(few)
    assert low < np.mean(few) < high
    narrow = photo_pairs.bootstrap_ci95(many)
    assert narrow[1] - narrow[0] < high - low


def test_models_side_by_side_are_each_tested_against_those_before(
    pairs: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tiny_library / "other"
    shutil.copytree(tiny_library / "tiny", other)
    card = other / "card.toml"
    card.write_text(card.read_text(encoding="utf-8").replace('id = "tiny"', 'id = "other"'), encoding="utf-8")
    words = [
        "--identity",
        "--model",
        "tiny",
        "--model",
        "other",
        "--models-dir",
        str(tiny_library),
        "--engine",
        "torch",
        "--json",
    ]
    assert run(pairs, "--clean", str(pairs / "clean"), *words) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["model"] for row in rows] == ["identity", "tiny", "other"]
    assert list(rows[2]["against"]) == ["identity", "tiny"]
    assert rows[2]["against"]["tiny"] == {"gain": 0, "p": 1}, "the same weights under two names"
