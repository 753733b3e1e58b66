"""`rainapp relate`: what is alike, what each photo is nearest to, and what is said of input that tells little."""

import json
import math
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from doors import DOORS, cost, soon

from rainapp.base.errors import BadModel, UnreadableFile
from rainapp.cli.command_line import main
from rainapp.evaluation import relating
from rainapp.evaluation.relation_report import page
from rainapp.jobs.records import NoWatch
from rainapp.library.cards import ModelCard, read_card, write_card
from rainapp.library.model_library import WEIGHTS, sha256_of
from rainapp.metrics import rain_similarity
from rainapp.nets.coic import InstanceEncoder
from rainapp.nets.known_rain import DRY, Knowledge, knowledge

RNG = np.random.default_rng(3)


def around(middle: np.ndarray, count: int, spread: float = 0.2) -> np.ndarray:
    """Directions near one."""
    return rain_similarity.directions(middle + spread * RNG.standard_normal((count, len(middle))))


def test_similarity_is_the_mean_cosine_of_all_pairs() -> None:
    one, other = (
        rain_similarity.directions(RNG.standard_normal((4, 6))),
        rain_similarity.directions(RNG.standard_normal((3, 6))),
    )
    pairs = [float(a @ b) for a in one for b in other]
    assert rain_similarity.similarity(one, other) == pytest.approx(np.mean(pairs))
    within = [float(one[i] @ one[j]) for i in range(4) for j in range(4) if i != j]
    assert rain_similarity.similarity(one) == pytest.approx(np.mean(within))
    assert math.isnan(rain_similarity.similarity(one[:1]))


def test_a_picture_takes_no_part_in_the_mean_it_is_compared_with() -> None:
    sets = {"a": around(np.eye(5)[0], 6), "b": around(np.eye(5)[1], 6)}
    for name, rows in sets.items():
        for row in rows:
            found = rain_similarity.nearest(row, sets, name)
            assert found.name == name
            assert 0.5 < found.certainty <= 1
    stray = np.eye(5)[4]
    alone = {"a": np.vstack([stray]), "b": sets["b"]}
    assert rain_similarity.nearest(stray, alone, "a").name == "b", "its own set has no other member"
    assert rain_similarity.nearest(stray, {"a": alone["a"]}, "a").name == ""
    between = rain_similarity.directions(np.eye(5)[0] + np.eye(5)[1])
    exact = {"a": np.eye(5)[:1], "b": np.eye(5)[1:2]}
    assert rain_similarity.nearest(between, exact).certainty == pytest.approx(0.5)


def test_the_map_is_the_same_again_and_keeps_its_plane() -> None:
    rows = np.vstack([around(np.eye(8)[k], 20, 0.1) for k in range(3)])
    first, again = rain_similarity.mapped(rows), rain_similarity.mapped(rows[::-1].copy())
    np.testing.assert_allclose(first.places(rows), again.places(rows), atol=1e-9)
    assert rain_similarity.steadiness(rows) > 0.9
    assert rain_similarity.steadiness(around(np.zeros(8), 12, 1.0)) < 0.9, "noise has no plane"
    assert rain_similarity.mapped(rows[:1]).places(rows[:1]).shape == (1, 2)


@pytest.mark.parametrize(("rain", "background"), [(1.0, 0.1), (0.1, 1.0)])
def test_rain_or_detail_tells_what_moves_a_picture(rain: float, background: float) -> None:
    rains, backgrounds = RNG.standard_normal((4, 32)), RNG.standard_normal((5, 32))
    grid = rain_similarity.directions(background * backgrounds[:, None] + rain * rains[None])
    found = rain_similarity.moves(grid)
    assert (found.rain > found.background) == (rain > background)
    assert (found.share_of_rain > 0.5) == (rain > background)


@pytest.fixture(scope="module")
def known() -> Knowledge:
    """An encoder that has seen a few pictures, and what it thinks of streaks and of dry ground."""
    torch.manual_seed(0)
    encoder = InstanceEncoder(8, 8)
    some = torch.from_numpy(np.stack([photo(seed, 3 * (seed % 4)) for seed in range(12)])).permute(0, 3, 1, 2).float() / 255
    for _ in range(40):
        encoder(some)
    encoder.eval().requires_grad_(False)
    middle = np.zeros(64)
    blank = Knowledge(encoder, middle, {})
    kinds = {
        name: rain_similarity.directions(np.stack([relating.seen(blank, photo(seed, step)) for seed in range(6)]).mean(0))
        for name, step in ((DRY, 0), ("fine", 3), ("coarse", 9))
    }
    return Knowledge(encoder, middle, kinds)


def photo(seed: int, step: int) -> np.ndarray:
    """Soft ground, and streaks every `step` columns."""
    rng = np.random.default_rng(seed)
    ground = cv2.resize(rng.integers(60, 140, (5, 6, 3), np.uint8), (144, 128), interpolation=cv2.INTER_CUBIC)
    if step:
        ground[:, ::step] = np.minimum(ground[:, ::step].astype(int) + 90, 255)
    return np.ascontiguousarray(ground)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Makes a folder of photos with streaks every `step` columns."""

    def make(name: str, count: int, step: int, first: int = 20) -> Path:
        made = tmp_path / name
        made.mkdir()
        for number in range(count):
            cv2.imwrite(str(made / f"{number:05d}.png"), photo(first + number, step)[..., ::-1])
        return made

    return make


def test_folders_of_unlike_rain_are_told_apart(folder: Callable[..., Path], known: Knowledge) -> None:
    found = relating.relate([folder("fine", 6, 3), folder("coarse", 6, 9)], known, NoWatch())
    assert found.similarity["fine"]["fine"] > found.similarity["fine"]["coarse"]
    assert found.similarity["fine"]["coarse"] == pytest.approx(found.similarity["coarse"]["fine"])
    right = [near.name == path.parent.name for path, near in found.near.items()]
    assert np.mean(right) >= 10 / 12
    assert np.mean([kind.name == path.parent.name for path, kind in found.kinds.items()]) >= 10 / 12
    assert found.notes == []


def test_one_photo_is_compared_with_known_kinds_alone(folder: Callable[..., Path], known: Knowledge) -> None:
    found = relating.relate([folder("one", 1, 3)], known, NoWatch())
    assert any("single photo" in sentence for sentence in found.notes)
    assert found.near == {}
    assert len(found.kinds) == 1
    assert math.isnan(found.similarity["one"]["one"])
    assert "Map of 1 photos" in page(found)


def test_no_photo_is_said(tmp_path: Path, known: Knowledge) -> None:
    with pytest.raises(UnreadableFile, match="holds no photos"):
        relating.relate([tmp_path], known, NoWatch())
    with pytest.raises(UnreadableFile, match="does not exist"):
        relating.relate([tmp_path / "nowhere"], known, NoWatch())
    (tmp_path / "broken.png").write_bytes(b"no picture")
    with pytest.raises(UnreadableFile, match="can be read"):
        relating.relate([tmp_path], known, NoWatch())


def test_dry_photos_are_said(folder: Callable[..., Path], known: Knowledge) -> None:
    found = relating.relate([folder("dry", 5, 0), folder("wet", 5, 3)], known, NoWatch())
    dry = [sentence for sentence in found.notes if "look dry" in sentence]
    assert len(dry) == 1
    assert dry[0].endswith("photos of dry look dry.")
    assert int(dry[0].split()[0]) >= 4


def test_ten_thousand_photos_are_sampled_and_said(folder: Callable[..., Path], known: Knowledge) -> None:
    made = folder("many", 1, 3)
    content = (made / "00000.png").read_bytes()
    (made / "00000.png").unlink()
    for number in range(10_000):
        (made / f"{number:05d}.png").symlink_to(made.parent / "one.png")
    (made.parent / "one.png").write_bytes(content)
    found = relating.relate([made], known, NoWatch(), most=20)
    assert found.notes[0] == "many: 20 of 10000 photos, spread evenly, were looked at."
    names = [path.name for path in found.folders[0].photos]
    assert names == [f"{number:05d}.png" for number in range(0, 10_000, 500)]
    assert len(relating.sampled(relating.photos_in(made))) == relating.PHOTOS_MAX


def test_a_photo_that_cannot_be_read_is_left_out_and_said(folder: Callable[..., Path], known: Knowledge) -> None:
    made = folder("some", 3, 3)
    (made / "00001.png").write_bytes(b"no picture")
    found = relating.relate([made], known, NoWatch())
    assert len(found.kinds) == 2
    assert any("00001.png was left out" in sentence for sentence in found.notes)


def test_folders_of_one_name_are_told_by_their_parents(tmp_path: Path) -> None:
    folders = [tmp_path / "a" / "rainy", tmp_path / "b" / "rainy"]
    assert relating.names_of(folders) == ["a/rainy", "b/rainy"]
    with pytest.raises(UnreadableFile, match="named twice"):
        relating.names_of([folders[0], folders[0]])


def test_exchanged_rain_and_backgrounds_are_what_is_seen() -> None:
    dry = [np.full((300, 280, 3), 40 + 30 * number, np.uint8) for number in range(3)]
    rainy = [plain + np.uint8(10 * number) for number, plain in enumerate(dry)]
    shown = []

    def see(pixels: np.ndarray) -> np.ndarray:
        shown.append(int(pixels[0, 0, 0]))
        return np.eye(4)[len(shown) % 4]

    relating.crossed(rainy, dry, see)
    assert shown == [40, 50, 60, 70, 80, 90, 100, 110, 120]


@pytest.fixture
def shipped(known: Knowledge, tmp_path: Path) -> Path:
    """The small encoder as a folder."""
    from safetensors.torch import save_file

    place = tmp_path / "resource"
    place.mkdir()
    tensors = {f"encoder.{name}": value for name, value in known.encoder.state_dict().items()}
    tensors |= {f"kinds.{name}": torch.from_numpy(value) for name, value in known.kinds.items()}
    tensors["middle"] = torch.from_numpy(known.middle)
    save_file(tensors, place / WEIGHTS)
    card = ModelCard("relate", "Relate", "instance_encoder", sha256_of(place / WEIGHTS), shape={"code_size": 8, "width": 8})
    write_card(place, card)
    return place


def test_the_command_tells_folders_then_photos(
    folder: Callable[..., Path], shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [folder("fine", 3, 3), folder("coarse <b>", 3, 9)]
    report = tmp_path / "report.html"
    assert main(["relate", *map(str, folders), "--encoder", str(shipped), "--json", "--html", str(report)]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["set"] for row in rows[:2]] == ["fine", "coarse <b>"]
    assert rows[0]["n"] == 3
    assert set(rows[0]["similarity"]) == {"fine", "coarse <b>"}
    assert len(rows) == 8
    assert all({"photo", "nearest", "certainty"} <= row.keys() for row in rows[2:])
    words = report.read_text("utf-8")
    assert "coarse &lt;b&gt;" in words
    assert "coarse <b>" not in words
    assert words.count("<g>") == 6
    assert main(["relate", *map(str, folders), "--encoder", str(shipped)]) == 0
    assert "nearest to their own folder" in capsys.readouterr().out


def test_a_report_never_takes_the_place_of_a_photo(
    folder: Callable[..., Path], shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = folder("fine", 2, 3)
    first = min(photos.iterdir())
    content = first.read_bytes()
    second_name, link = tmp_path / "second.html", tmp_path / "link.html"
    os.link(first, second_name)
    link.symlink_to(first)
    for target in (first, second_name, link):
        assert main(["relate", str(photos), "--encoder", str(shipped), "--html", str(target)]) == 2
        assert "never overwritten" in capsys.readouterr().err
        assert first.read_bytes() == second_name.read_bytes() == content
        assert link.is_symlink()
    (tmp_path / "new.html").write_text("an earlier report")
    assert main(["relate", str(photos), "--encoder", str(shipped), "--html", str(tmp_path / "new.html")]) == 0
    assert "<!doctype html>" in (tmp_path / "new.html").read_text("utf-8")


def test_the_command_asks_rain_or_detail(
    folder: Callable[..., Path], shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["relate", str(folder("fine", 2, 3)), "--detail", "--json", "--encoder", str(shipped)]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first["moved_by_background"] > 0


def test_the_command_says_what_is_wrong(shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["relate", str(tmp_path / "empty"), "--encoder", str(shipped)]) == 3
    assert "holds no photos" in capsys.readouterr().err


def test_a_model_that_does_not_adapt_has_no_temperature(
    folder: Callable[..., Path], shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["relate", str(folder("fine", 2, 3)), "--model", "quick", "--encoder", str(shipped)]) == 3
    assert "does not adapt" in capsys.readouterr().err


def test_a_damaged_encoder_is_said(shipped: Path) -> None:
    (shipped / WEIGHTS).write_bytes(b"none")
    with pytest.raises(BadModel, match="not the ones its card names"):
        knowledge(shipped)
    with pytest.raises(BadModel, match="no encoder that tells kinds"):
        knowledge(shipped / "nowhere")


def test_an_encoder_that_claims_to_be_a_giant_costs_nothing(shipped: Path) -> None:
    card = read_card(shipped)[0]
    write_card(shipped, replace(card, shape={"code_size": 1024, "width": 4096}))  # nineteen gigabytes and more
    _, megabytes, said = cost(
        "from pathlib import Path\nfrom rainapp.nets.known_rain import knowledge\nfrom rainapp.base.errors import BadModel\n"
        f"def run():\n    try:\n        return knowledge(Path({str(shipped)!r}))\n"
        "    except BadModel as error:\n        return error.message"
    )
    assert "is damaged" in said
    assert megabytes < 300


@pytest.mark.parametrize("door", list(DOORS))
def test_an_encoder_of_pipes_is_not_waited_for(shipped: Path, door: str) -> None:
    for name in (WEIGHTS, "card.toml"):
        DOORS[door](shipped / name)
        assert isinstance(soon(lambda: knowledge(shipped)), BadModel)
