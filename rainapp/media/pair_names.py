"""Which rainy file belongs to which clean one, by their names as the data sets of the field have them.

    same name              Rain100 in folders of one naming, our own sets
    rain-001, norain-001   Rain100L, Rain100H      001_in, 001_GT   X_rain, X_clean   000, 000gt   scene-R-001, scene-C-000
    901_1 … 901_14, 901    Rain1400, Rain12600: many rainy pictures of one clean one; im_0001_s80_a04, im_0001
    rain/…, norain/…       folders inside folders

One way of reading the names is taken for a whole set, so that no two are mixed: the plainest that pairs half of the rainy
files, else the one that pairs most.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

Key = tuple[str, ...]
Pairs = list[tuple[Path, Path]]

RAINY_WORDS = frozenset(("rain", "rainy", "rainimage", "in", "input", "lq", "data", "r", "degraded", "hazy"))
CLEAN_WORDS = frozenset(
    ("norain", "clean", "gt", "truth", "groundtruth", "target", "c", "derained", "derain", "clear", "norainy", "nonrain", "hq")
)
_NOISE = frozenset(("ground", "no", "image", "images"))  # "ground_truth", "no_rain", "rainy_image"
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_LAST_NUMBER = re.compile(r"[-_ ](?:\d+|s\d+[-_]a\d+)$", re.IGNORECASE)


def words(name: str) -> list[str]:
    """The words and numbers of a name, in small letters."""
    return _WORDS.findall(name.lower())


def is_rainy_name(name: str) -> bool:
    """Whether a name says that its picture is rainy, and not that it is clean."""
    found = set(words(name))
    return bool(found & RAINY_WORDS) and not is_clean_name(name)


def is_clean_name(name: str) -> bool:
    """Whether a name says that its picture is without rain: "norain" holds the word rain only for who looks closely."""
    found = words(name)
    return bool(set(found) & CLEAN_WORDS) or any(pair == ("no", "rain") for pair in zip(found, found[1:], strict=False))


def pair_up(rainy: Sequence[tuple[Path, Path]], clean: Sequence[tuple[Path, Path]]) -> Pairs:
    """Pairs of files, each given with its place below its folder, in the order of the rainy ones; empty where none belong."""
    ways = [_paired(rainy, clean, rainy_key, clean_key) for rainy_key, clean_key in _WAYS]
    good = (pairs for pairs in ways if pairs and 2 * len(pairs) >= len(rainy))
    return next(good, max(ways, key=len))  # of equals the first


def _paired(
    rainy: Iterable[tuple[Path, Path]],
    clean: Iterable[tuple[Path, Path]],
    rainy_key: Callable[[Path], Key],
    clean_key: Callable[[Path], Key],
) -> Pairs:
    partners: dict[Key, list[Path]] = {}
    for file, place in clean:
        partners.setdefault(clean_key(place), []).append(file)
    found = ((file, partners.get(rainy_key(place), [])) for file, place in rainy)
    return [(file, fitting[0]) for file, fitting in found if len(fitting) == 1]


def _same(place: Path) -> Key:
    return place.with_suffix("").parts


def _stem(place: Path) -> Key:
    return (place.stem,)


def _told(place: Path) -> Key:
    """The name and its folders without the words that say which side it is of."""
    return tuple(word for part in place.with_suffix("").parts for word in _neutral(part))


def _told_stem(place: Path) -> Key:
    return tuple(_neutral(place.stem))


def _neutral(name: str) -> list[str]:
    return [word for word in words(name) if word not in RAINY_WORDS | CLEAN_WORDS | _NOISE]


def _unnumbered(key: Callable[[Path], Key]) -> Callable[[Path], Key]:
    """The key of a rainy name whose last number tells only which rain it is."""
    return lambda place: key(place.with_name(_LAST_NUMBER.sub("", place.stem) + place.suffix))


def _scene(place: Path) -> Key:
    """All but the last number of a name with R or C in it: the frames of a rainy video share one clean picture."""
    named = _neutral(place.stem)
    return tuple(named[:-1]) if len(named) > 1 and {"r", "c"}.intersection(words(place.stem)) else ("\0", *place.parts)


_WAYS: tuple[tuple[Callable[[Path], Key], Callable[[Path], Key]], ...] = (
    (_same, _same),
    (_stem, _stem),
    (_told, _told),
    (_told_stem, _told_stem),
    (_unnumbered(_same), _same),
    (_unnumbered(_stem), _stem),
    (_unnumbered(_told_stem), _told_stem),
    (_scene, _scene),
)

EXPLAINED = (
    "Rainy and clean pictures belong together by their names: the same name, or rain-001 and norain-001, 001_in and 001_GT, "
    "901_1 and 901, X_rain and X_clean."
)


def side(folder: Path, which: frozenset[str], otherwise: str) -> Path:
    """The folder of one side of a set: `otherwise` where it is there, else the one whose name says so."""
    usual = folder / otherwise
    if usual.is_dir() or not folder.is_dir():
        return usual
    is_clean = which is CLEAN_WORDS
    fits = is_clean_name if is_clean else is_rainy_name
    named = sorted(each for each in folder.iterdir() if each.is_dir() and fits(each.name))
    return named[0] if len(named) == 1 else usual
