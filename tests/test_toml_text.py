"""TOML of strangers costs no more than it is long, and says what is wrong in one sentence."""

import pytest
from doors import cost

from rainapp.base.toml_text import KEY_PARTS_MAX, NESTING_MAX, WORD_MAX, parse_toml

HOSTILE = {
    "a whole number of 200,000 digits": b"n = " + b"9" * 200_000,
    "one in hexadecimal": b"n = 0x" + b"f" * 200_000,
    "a key of 20,000 parts": b".".join([b"a"] * 20_000) + b" = 1",
    "one with spaces and quotes": b" . ".join([b'"a"', b"'b'"] * 10_000) + b" = 1",
    "a table of 20,000 parts": b"[" + b".".join([b"a"] * 20_000) + b"]",
    "a key in an inline table": b"a = {" + b".".join([b"a"] * 20_000) + b" = 1}",
    "brackets without end": b"a = " + b"[" * 100_000,
    "inline tables without end": b"a = {b=" * 50_000,
    "more than 64 bits": b"n = 9223372036854775808",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_no_person_writes_is_refused(what: str) -> None:
    with pytest.raises(ValueError, match="more than|nested too deeply"):
        parse_toml(HOSTILE[what])


@pytest.mark.parametrize("raw", [b"\xff", b"a = ", b'a = """' + b"\\t" * 10, b"a = 'x\n'", b"[a]\n[a]", b"\0", b"a = 1 # \x1b"])
def test_what_is_no_toml_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_toml(raw)


def test_what_a_person_writes_is_read() -> None:
    deep = ".".join("abcdefghijklmnop"[:KEY_PARTS_MAX])
    text = (
        f"{deep} = 1\nlong = '{'. [' * WORD_MAX}' # {'x.' * 1000}\nfloats = [{'1.5, ' * 200}]\n"
        f'quoted = """a "." {"[" * 100}\n"""\nbrackets = {"[" * (NESTING_MAX - 2)}{"]" * (NESTING_MAX - 2)}\n'
        "least = -9223372036854775808\ninfinite = inf\nday = 2026-01-02T03:04:05.678\n"
    )
    table = parse_toml(b"\xef\xbb\xbf" + text.encode())
    assert table["long"] == ". [" * WORD_MAX
    assert table["least"] == -(2**63)
    assert len(table["floats"]) == 200


def test_a_megabyte_of_anything_costs_little() -> None:
    code = """
from rainapp.base.toml_text import parse_toml
N = 1 << 18
kinds = [b'a = "' + b'\\\\t' * N + b'"', b'a = \"\"\"' + b'x""' * N, b'"' * N, b' ' * N + b'a = 1', b'[[a]]\\n' * (N // 6),
         b'.'.join([b'a'] * N), b'[' * N, b'9' * N, b"'''" * N, b'#\\n' * N, b'a = [' + b'{k=1},' * (N // 6) + b']']
def run():
    for raw in kinds:
        try:
            parse_toml(raw)
        except ValueError:
            pass
"""
    seconds, megabytes, _ = cost(code)
    assert seconds < 10  # eleven of them
    assert megabytes < 200
