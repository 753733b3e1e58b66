"""What was left alone, told so that nobody has to guess: each file by name, of many of a kind the first few and how many."""

from collections.abc import Iterator, Sequence
from pathlib import Path

NAMED = 10  # of each reason; a folder may hold thousands of files that are no media
EXISTS = "exists"  # how the reason ends where a result is there already
IS_THERE = "its result exists already"
UNNAMED = ("hidden",)  # nobody misses these


class Skips:
    """Collects the files that were left alone, by the reason."""

    def __init__(self) -> None:
        self._by_reason: dict[str, list[Path]] = {}

    def note(self, source: Path, reason: str) -> None:
        """A file was left alone."""
        self._by_reason.setdefault(self._kind(source, reason), []).append(source)

    @staticmethod
    def _kind(source: Path, reason: str) -> str:
        """The reason without any name in it, so that those of a kind come together."""
        if reason.endswith(f" {EXISTS}"):
            return IS_THERE
        without = reason.removeprefix(f"{source.name} ")
        return reason if without == reason else f"it {without}"

    def lines(self) -> Iterator[str]:
        """What to tell of them, a line each; they are forgotten then."""
        by_reason, self._by_reason = self._by_reason, {}
        for reason, sources in by_reason.items():
            named = [] if reason in UNNAMED else sources[:NAMED]
            yield from (f"{source}: skipped: {reason}" for source in named)
            more = len(sources) - len(named)
            if more:
                yield f"{more} {'more ' if named else ''}skipped: {reason}"


def nothing_in(inputs: Sequence[Path], recursive: bool) -> str:
    """That there was nothing to do, and what may help."""
    helps = "" if recursive else " Add -r to look into the folders inside, too."
    return f"rainapp derain: There is no photo and no clip to derain in {', '.join(map(str, inputs))}.{helps}"
