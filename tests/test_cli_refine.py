"""`rainapp derain --refine` on real files, with the shipped model and a real prior that a test has made."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from prior_files import tiny_vq, write_prior_card

from rainapp.__main__ import main
from rainapp.base.errors import BadModel
from rainapp.jobs import presets
from rainapp.jobs.records import NoWatch, Output, Preview, Previewed, Region, Treatment, WarmUp
from rainapp.jobs.session_lines import from_line, to_line
from rainapp.nets import vq
from rainapp.work import run_job

GREY = 112


@pytest.fixture
def prior(own_folders: Path) -> Path:
    """A prior that always shows one grey: its last layer has a bias alone."""
    folder = tiny_vq(own_folders / "models", "grey")
    net = vq.Vq(channels=(8, 8, 16), latent=4, codes=16)
    with torch.no_grad():
        net.model.decoder.conv_out.weight.zero_()
        net.model.decoder.conv_out.bias.fill_(GREY / 255 * 2 - 1)
    net.model.save_pretrained(folder, safe_serialization=True)
    write_prior_card(folder, "vq")
    return folder


def rainy_photo(path: Path, depth: type) -> Path:
    """A grey wall, bright streaks over its left half."""
    rng = np.random.default_rng(2)
    wall = np.full((300, 400, 3), 110.0) + rng.normal(0, 0.6, (300, 400, 1))
    wet = np.zeros((300, 400), np.float32)
    for _ in range(160):
        x, y = rng.integers(0, 190), rng.integers(-20, 270)
        cv2.line(wet, (int(x), int(y)), (int(x) + 5, int(y) + 40), 1.0, 1, cv2.LINE_AA)
    wet = cv2.GaussianBlur(wet, (0, 0), 0.8)
    photo = np.clip(wall + 90 * wet[..., None], 0, 255)
    cv2.imwrite(str(path), (photo * (257 if depth is np.uint16 else 1)).round().astype(depth))
    return path


def derain(capsys: pytest.CaptureFixture[str], source: Path, out: Path, *words: str, code: int = 0) -> list[dict[str, object]]:
    assert main(["derain", str(source), "-o", str(out), "--engine", "torch", "--treat", "always", "--json", *words]) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"progress"' not in line]


@pytest.mark.parametrize(("name", "depth"), [("wall.png", np.uint8), ("wall.png", np.uint16), ("wall.tif", np.uint16)])
def test_only_what_rain_had_covered_is_repaired_in_files(
    name: str, depth: type, prior: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = rainy_photo(tmp_path / name, depth)
    derain(capsys, source, tmp_path / "plain" / name)
    told = derain(capsys, source, tmp_path / "full" / name, "--refine", "full", "--prior", "grey")
    rainy, plain, full = (cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in
                          (source, tmp_path / "plain" / name, tmp_path / "full" / name))  # fmt: skip
    assert full.dtype == depth
    dry = (rainy == plain).all(axis=2)
    assert 0.3 < dry.mean() < 0.99
    np.testing.assert_array_equal(full[dry], plain[dry])
    changed = (full != plain).any(axis=2)
    assert changed.mean() > 0.002, "something was repaired"
    peak = 255 if depth is np.uint8 else 65535
    grey = GREY / 255 * peak
    assert np.abs(full - grey)[changed].mean() < np.abs(plain - grey)[changed].mean(), "towards what the prior shows"
    notes = " ".join(told[0]["notes"])  # type: ignore[arg-type]
    assert "“grey” repaired where rain was: it changed" in notes
    written = (tmp_path / "full" / name).read_bytes()
    assert b'rainapp:RepairModel="grey"' in written
    assert b"rainapp:RepairStrength=" in written
    share = float(written.split(b'rainapp:RepairChangedPixels="')[1].split(b" %")[0])
    if depth is np.uint8:
        assert share == pytest.approx(100 * changed.mean(), abs=0.01)
    assert b"rainapp:Repair" not in (tmp_path / "plain" / name).read_bytes()


def test_off_and_nought_are_as_without_the_option(prior: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = rainy_photo(tmp_path / "wall.png", np.uint8)
    for name, words in {"plain": (), "off": ("--refine", "off"), "nought": ("--refine", "0")}.items():
        derain(capsys, source, tmp_path / name / "wall.png", *words)
    plain, off, nought = ((tmp_path / name / "wall.png").read_bytes() for name in ("plain", "off", "nought"))
    assert plain == off == nought


def test_the_best_prior_is_taken_where_none_is_named(prior: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = rainy_photo(tmp_path / "wall.png", np.uint8)
    told = derain(capsys, source, tmp_path / "out", "--refine", "light")
    assert "repaired where rain was" in " ".join(told[0]["notes"])  # type: ignore[arg-type]


def test_what_cannot_be_is_said_before_anything_starts(tmp_path: Path, prior: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = rainy_photo(tmp_path / "wall.png", np.uint8)
    for words, said in {
        ("--refine", "light", "--prior", "nothing"): "There is no model “nothing”",
        ("--refine", "light", "--prior", "quick"): "is a model, not a prior",
        ("--model", "grey"): "is a prior and takes out no rain",
    }.items():
        assert main(["derain", str(source), "-o", str(tmp_path / "out"), *words]) == 2
        assert said in capsys.readouterr().err
    assert main(["derain", str(source), "-o", str(tmp_path / "out"), "--refine", "1.5"]) == 2
    (prior / "diffusion_pytorch_model.safetensors").unlink()
    assert main(["derain", str(source), "-o", str(tmp_path / "out"), "--refine", "light", "--prior", "grey"]) == 2
    assert "lacks diffusion_pytorch_model.safetensors" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_clip_is_refused_in_words_and_photos_go_on(prior: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    rainy_photo(folder / "wall.png", np.uint8)
    writer = cv2.VideoWriter(str(folder / "clip.mp4"), cv2.VideoWriter_fourcc(*"mp4v"), 10, (64, 48))
    for grey in range(3):
        writer.write(np.full((48, 64, 3), 100 + grey, np.uint8))
    writer.release()
    told = {Path(str(each.get("source"))).name: each for each in derain(
        capsys, folder, tmp_path / "out", "--refine", "full", code=1)}  # fmt: skip
    assert told["clip.mp4"]["event"] == "failed"
    assert "A clip cannot be repaired" in str(told["clip.mp4"]["message"])
    assert told["wall.png"]["event"] == "finished"
    assert not list((tmp_path / "out").glob("clip*"))


def test_an_engine_is_warmed_up_without_a_prior_and_a_look_at_a_repair_needs_one(tmp_path: Path) -> None:
    source = rainy_photo(tmp_path / "wall.png", np.uint8)
    treatment = Treatment(refine=1.0, prior="nothing", engine="torch")
    run_job.run(WarmUp(treatment), NoWatch())
    with pytest.raises(BadModel, match="There is no model “nothing”"):
        run_job.run(Preview(source, treatment), NoWatch())


@pytest.mark.parametrize("region", [None, Region(30, 40, 180, 150), Region(250, 0, 150, 300)])
def test_a_look_at_a_repair_is_what_the_file_will_hold(
    region: Region | None, prior: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = rainy_photo(tmp_path / "wall.png", np.uint8)
    for name, words in {
        "plain": (),
        "full": ("--refine", "full", "--prior", "grey", "--repair-share", "100", "--repair-mean", "255"),
    }.items():
        derain(capsys, source, tmp_path / name / "wall.png", *words)
    plain, full = (cv2.imread(str(tmp_path / name / "wall.png"))[..., ::-1] for name in ("plain", "full"))
    treatment = Treatment(refine=1.0, prior="grey", engine="torch", treat="always", budget_share=1.0, budget_mean=255.0)
    seen = run_job.run(Preview(source, treatment, region), NoWatch())
    assert isinstance(seen, Previewed)
    assert seen.unrepaired is not None
    place = slice(None) if region is None else (
        slice(region.y, region.y + region.height), slice(region.x, region.x + region.width)
    )  # fmt: skip
    np.testing.assert_array_equal(seen.derained.pixels, full[place])
    np.testing.assert_array_equal(seen.unrepaired.pixels, plain[place])
    assert seen.repaired is not None
    changed = (full[place] != plain[place]).any(axis=2).mean()
    assert seen.repaired.share == pytest.approx(changed)
    assert (changed > 0) == (region is None or region.x < 250)


def test_the_limits_can_be_typed(prior: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = rainy_photo(tmp_path / "wall.png", np.uint8)
    words = ("--refine", "full", "--repair-share", "0.1", "--prior", "grey")
    told = derain(capsys, source, tmp_path / "out" / "wall.png", *words)
    notes = " ".join(told[0]["notes"])  # type: ignore[arg-type]
    assert "weakened from 1 to" in notes
    share = float((tmp_path / "out" / "wall.png").read_bytes().split(b'rainapp:RepairChangedPixels="')[1].split(b" %")[0])
    assert share <= 0.1
    assert main(["derain", str(source), "-o", str(tmp_path / "out"), "--repair-share", "101"]) == 2


def test_presets_and_sessions_carry_the_repair_and_stay_readable_without(own_folders: Path) -> None:
    treatment = Treatment(refine=0.4, prior="content")
    presets.save("repaired", presets.Preset(treatment, Output()))
    assert presets.load("repaired").treatment == treatment
    assert from_line(Treatment, to_line(treatment)) == treatment
    assert from_line(Treatment, '{"strength": 0.5}') == Treatment(strength=0.5)
    with pytest.raises(ValueError, match="does not fit"):
        from_line(Treatment, '{"refine": 1.5}')


def test_weights_that_are_no_numbers_are_refused(prior: Path) -> None:
    from rainapp.library.model_library import ModelLibrary

    net = vq.Vq(channels=(8, 8, 16), latent=4, codes=16)
    with torch.no_grad():
        net.codebook[0, 0] = float("nan")
    net.model.save_pretrained(prior, safe_serialization=True)
    write_prior_card(prior, "vq")
    with pytest.raises(BadModel, match="are not finite"):
        vq.load(prior, ModelLibrary().prior("grey"))
