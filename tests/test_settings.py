"""Settings: what is stored comes back, and nothing in the file can stop the start."""

import os
from pathlib import Path
from typing import get_args

import pytest

from rainapp.base import paths, settings
from rainapp.base.errors import UnwritableFile
from rainapp.base.settings import PREFERENCES, Settings, fill_name, load, name_template_problem, save
from rainapp.base.textfile import toml_value
from rainapp.jobs import records


def test_no_file_means_defaults_without_a_word() -> None:
    assert load() == (Settings(), ())


def test_changed_settings_come_back() -> None:
    chosen = Settings().changed(
        theme="light", tile_px=512, quality=91, strength=0.35, recent=("/föto 🌧.jpg", 'a"b\\c\x7f'), notify=False
    )
    save(chosen)
    assert load() == (chosen, ())


def test_unknown_keys_survive_a_save(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('theme = "dark"\nfuture = { a = [1, 2.5, {b = "x"}], day = 2026-11-21 }\n"odd key" = true\n')
    loaded, notices = load(path)
    save(loaded.changed(theme="light"), path)
    again, _ = load(path)
    assert notices == ()
    assert again.theme == "light"
    assert again.unknown == loaded.unknown
    assert again.unknown["future"]["a"] == [1, 2.5, {"b": "x"}]
    assert again.unknown["odd key"] is True


def test_every_default_is_acceptable_and_every_preference_is_described() -> None:
    for preference in PREFERENCES.values():
        assert preference.problem(preference.default) is None, preference
        assert preference.label
        assert preference.help.endswith(".")
    assert set(PREFERENCES) == set(Settings.__dataclass_fields__) - {"version", "unknown"}


@pytest.mark.parametrize(
    ("name", "literal"),
    [
        ("engine", records.EngineChoice),
        ("precision", records.Precision),
        ("if_exists", records.IfExists),
        ("metadata", records.MetadataChoice),
        ("veil", records.Veil),
        ("temporal", records.Temporal),
    ],
)
def test_choices_are_those_of_the_job_records(name: str, literal: object) -> None:
    values = [value for value, _ in PREFERENCES[name].choices]
    assert tuple(value for value in values if (name, value) != ("if_exists", "ask")) == get_args(literal)


@pytest.mark.parametrize(
    "line",
    [
        "theme = 3",
        'theme = "pink"',
        'tile_px = "many"',
        "tile_px = 12",
        "tile_px = true",
        "quality = 1000",
        "strength = nan",
        "strength = inf",
        "strength = -1",
        'notify = "yes"',
        'device = "gpu[[]]"',
        'model = "../../etc/passwd"',
        'format = "../x"',
        'name_template = "x"',
        'name_template = "../{name}"',
        'name_template = "{name.__class__}"',
        'language = "$(reboot)"',
        'save_folder = "a\\u0000b"',
        "recent = [1, 2]",
        "recent = { a = 1 }",
    ],
)
def test_an_impossible_value_becomes_the_default_with_a_notice(line: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f'{line}\nveil = "clear"\n')
    loaded, notices = load(path)
    assert loaded == Settings(veil="clear")
    assert len(notices) == 1
    assert line.split(" ")[0] in notices[0]


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\xff\xfe garbage",
        b'{"version": 3, "queue": [{"in": "a.mp4"',
        b'{"version":"x","tile":"many","gpu":[[]]}',
        b'theme = "dark',
        b"a = " + b"[" * 100_000,
        b"x" * (settings.FILE_BYTES_MAX + 1),
        b"a.b = 1\n" + b'a.b = "twice"\n',
    ],
    ids=["binary", "json-truncated", "json", "toml-truncated", "deep", "huge", "twice"],
)
def test_a_broken_file_gives_defaults_and_is_put_aside(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(raw)
    loaded, notices = load(path)
    save(loaded, path)
    assert loaded == Settings()
    assert len(notices) == 1
    assert (tmp_path / "settings.toml.broken").read_bytes() == raw


def test_a_broken_file_that_cannot_be_put_aside_does_not_stop_the_start_either(tmp_path: Path) -> None:
    path = tmp_path / ("s" * 250)  # with more behind it, too long for a name
    path.write_text("]")
    loaded, notices = load(path)
    assert loaded == Settings()
    assert "kept" not in notices[0]


def test_what_was_put_aside_earlier_stays(tmp_path: Path) -> None:
    for words in ("]", "["):
        (tmp_path / "settings.toml").write_text(words)
        _, notices = load(tmp_path / "settings.toml")
    assert (tmp_path / "settings.toml.broken").read_text() == "]"
    assert (tmp_path / "settings.toml (2).broken").read_text() == "["
    assert "settings.toml (2).broken" in notices[0]


def test_odd_values_of_others_are_kept_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("a = inf\nb = -inf\nc = {}\nd = 07:32:00\ne = 1979-05-27T07:32:00Z\nf = []\n")
    loaded, notices = load(path)
    save(loaded, path)
    assert notices == ()
    assert load(path)[0].unknown == loaded.unknown
    with pytest.raises(TypeError, match="NoneType"):
        toml_value(None)


def test_what_loads_can_be_saved_however_deep(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    for depth in (10, 100, 200, 300, 400, 500):
        path.write_text(f"a = {'[' * depth}{']' * depth}\n")
        loaded, _ = load(path)
        save(loaded, path)
        assert load(path) == (loaded, ()), "what was too deep is gone from the file, with its notice"


def test_a_pipe_or_a_folder_in_place_of_the_file_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "settings.toml")
    assert load(tmp_path / "settings.toml")[0] == Settings()
    (tmp_path / "folder.toml").mkdir()
    assert load(tmp_path / "folder.toml")[0] == Settings()


def test_the_word_auto_stands_for_no_number(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('quality = "auto"\ntile_px = "auto"\n')
    assert load(path) == (Settings(), ())


def test_a_newer_version_is_kept_and_said(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('version = 99\ntheme = "dark"\nholograms = true\n')
    loaded, notices = load(path)
    save(loaded, path)
    assert loaded.theme == "dark"
    assert "newer" in notices[0]
    assert "version = 99" in path.read_text()
    assert "holograms = true" in path.read_text()


@pytest.mark.parametrize("version", ['"x"', "0", "-3", "true", "[]"])
def test_a_nonsense_version_is_said(version: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f'version = {version}\ntheme = "dark"\n')
    loaded, notices = load(path)
    assert (loaded.theme, loaded.version, len(notices)) == ("dark", settings.VERSION, 1)


def test_migrations_lead_from_their_version_to_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = (lambda t: t | {"theme": t.pop("look")}, lambda t: t | {"veil": "clear"})
    monkeypatch.setattr(settings, "MIGRATIONS", steps)
    monkeypatch.setattr(settings, "VERSION", 3)
    path = tmp_path / "settings.toml"
    path.write_text('version = 1\nlook = "dark"\n')
    assert (load(path)[0].theme, load(path)[0].veil) == ("dark", "clear")
    path.write_text('version = 2\ntheme = "dark"\n')
    assert load(path)[0].veil == "clear"
    path.write_text('version = 3\ntheme = "dark"\n')
    assert load(path)[0].veil == "keep"


def test_a_save_that_fails_says_so_and_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    save(Settings(theme="dark"), path)
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwritableFile):
        save(Settings(), tmp_path / "file" / "settings.toml")
    assert load(path)[0].theme == "dark"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_linked_settings_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_text("")
    (tmp_path / "settings.toml").symlink_to(tmp_path / "real.toml")
    save(Settings(theme="dark"), tmp_path / "settings.toml")
    assert (tmp_path / "settings.toml").is_symlink()
    assert load(tmp_path / "real.toml")[0].theme == "dark"


def test_changed_refuses_in_words() -> None:
    with pytest.raises(ValueError, match="Quality: It must lie between 1 and 100"):
        Settings().changed(quality=0)
    with pytest.raises(ValueError, match="Theme: A value is needed"):
        Settings().changed(theme=None)
    assert Settings(quality=80).changed(quality=None).quality is None


def test_settings_lie_where_paths_says() -> None:
    save(Settings(theme="dark"))
    assert paths.settings_file().is_file()


def test_names_are_filled_without_evaluating_anything() -> None:
    assert fill_name("{name}_{model} {strength}", name="a{b}", model="quick", strength=0.5) == "a{b}_quick 50"
    assert name_template_problem("{name}") is None
    assert name_template_problem("{name} – ohne Regen") is None
    for template in ("", "derained", "{name}/x", "{name}{oops}", "{name}{", "{name}" + "x" * 81, "{name}\n"):
        assert name_template_problem(template), template
