"""No foreign text drives a terminal or forges a line of a log."""

import io
import json
import logging
import sys
from pathlib import Path

import pytest
from doors import child, plain_card

from rainapp.base.escapes import EscapingFormatter, escaped, escaped_lines, escaping, escaping_terminal
from rainapp.base.logs import log_file
from rainapp.base.textfile import json_line
from rainapp.cli import command_line
from rainapp.cli.terminal import console

EVIL = "\x1b[31mEVIL\x1b]0;t\x07"
RAW = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]


def driving(text: str) -> list[str]:
    """The raw control characters in a text, but for line ends."""
    return [character for character in text if character in RAW and character != "\n"]


def test_every_control_character_becomes_an_escape() -> None:
    assert driving(escaped("".join(RAW))) == []
    assert escaped("a\x1b[2Jb\x7f\x9b\u202e\n\r\t") == "a\\x1b[2Jb\\x7f\\x9b\\u202e\\n\\r\\t"
    assert escaped_lines("one\n\ttwo\r") == "one\n\ttwo\\r"
    innocent = "Straße 雨 👩\u200d🚒 [bold] & <b>"
    assert escaped(innocent) == innocent


def test_what_is_printed_is_escaped_while_it_is_guarded(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout
    with escaping_terminal(), escaping_terminal():
        print(EVIL)
        print(EVIL, file=sys.stderr)
        sys.stdout.writelines(["a\x07", "b\n"])
        assert sys.stdout.isatty() is False
    assert sys.stdout is before
    said = capsys.readouterr()
    assert said.out == "\\x1b[31mEVIL\\x1b]0;t\\x07\na\\x07b\n"
    assert driving(said.err) == []


def test_a_table_shows_names_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.table import Table

    table = Table("name")
    table.add_row(EVIL)
    table.add_row("[red]x[/red]")
    console(width=80).print(table)
    console(width=80).print(EVIL, style="red")
    said = capsys.readouterr().out
    assert driving(said) == []
    assert "\\x1b[31mEVIL" in said
    assert "[red]x[/red]" in said


def test_colours_of_our_own_reach_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", escaping(terminal))
    console().print(EVIL, style="red")
    assert terminal.getvalue() == "\x1b[31m\\x1b[31mEVIL\\x1b]0;t\\x07\x1b[0m\n"


def test_a_record_is_one_line_and_a_traceback_keeps_its_own() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(EscapingFormatter("%(levelname)s %(message)s"))
    log = logging.getLogger("rainapp.test")
    log.propagate = False
    log.addHandler(handler)
    try:
        log.warning("opened %s", f"a\nERROR forged {EVIL}")
        try:
            raise ValueError(EVIL)
        except ValueError:
            log.exception("a bug")
    finally:
        log.removeHandler(handler)
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith("WARNING opened a\\nERROR forged \\x1b")
    assert lines[1] == "ERROR a bug"
    assert driving(stream.getvalue()) == []


def test_json_has_no_word_for_infinity() -> None:
    record = {"a": float("inf"), "b": [float("nan"), 1.5], "c": {"d": (-float("inf"), EVIL)}}
    line = json_line(record)
    assert json.loads(line) == {"a": None, "b": [None, 1.5], "c": {"d": [None, EVIL]}}
    assert line.isascii()


PRESETS = {
    "key": f'[treatment]\n"{EVIL}" = 1',
    "part": f'"{EVIL}" = 1',
    "value": f'[treatment]\nveil = "{EVIL}"',
    "text": f"[treatment]\nveil = {EVIL}",
    "dots": ".".join("a" * 30_000) + " = 1",
}


@pytest.mark.parametrize("what", PRESETS)
def test_a_hostile_preset_is_one_plain_sentence(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    preset = tmp_path / f"{EVIL.replace('/', '')}.toml"
    preset.write_text(PRESETS[what].replace("\x1b", "\\u001b").replace("\x07", "\\u0007") if what != "text" else PRESETS[what])
    (tmp_path / "a.png").write_bytes(b"")
    assert command_line.main(["derain", str(tmp_path / "a.png"), "-o", str(tmp_path / "out"), "--preset", str(preset)]) == 2
    said = capsys.readouterr()
    assert driving(said.out + said.err) == []
    assert said.err.count("\n") == 1
    assert "preset" in said.err


def test_a_hostile_recipe_is_one_plain_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from training.__main__ import main

    for number, text in enumerate((f'task = "{EVIL}"', f'"{EVIL}" = 1', f'[rain]\nprofiles = ["{EVIL}"]')):
        recipe = tmp_path / f"{number}.toml"
        recipe.write_text(text.replace("\x1b", "\\u001b").replace("\x07", "\\u0007"))
        assert main(["run", str(recipe), "--out", str(tmp_path / "run")]) == 2
        said = capsys.readouterr()
        assert driving(said.out + said.err) == []
        assert "EVIL" in said.err


def test_a_hostile_card_is_listed_and_shown_in_plain_characters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{EVIL}\u202e[bold]"
    models = tmp_path / "models"
    plain_card("evil", models / "evil", title=text, summary=text, licence=text, arch=text, trained_on=text, figures={text: 1.0})
    plain_card("other", models / text.replace("/", ""))
    for words in (["list"], ["show", "evil"], ["verify"], ["list", "--json"], ["show", "nothing\x1b[2J"]):
        command_line.main(["models", *words, "--models-dir", str(models)])
        said = capsys.readouterr()
        assert driving(said.out + said.err) == []
        assert "EVIL" in said.out + said.err or words[-1] in ("--json", "nothing\x1b[2J")


def test_a_hostile_name_reaches_neither_terminal_nor_log(tmp_path: Path) -> None:
    photo = tmp_path / "a\x1b[31m\u202e\nforged.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n broken")
    done = child("derain", photo, "-o", tmp_path / "out")
    assert done.returncode == 3
    assert driving(done.stdout + done.stderr) == []
    assert "\\x1b[31m\\u202e" in done.stderr
    assert driving(log_file().read_text("utf-8")) == []
    wrong = child("derain", "--\x1b[31m")
    assert wrong.returncode == 2
    assert driving(wrong.stderr) == []
