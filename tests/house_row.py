"""A row of the plan of the house."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table. A module name ending in `.*` means the package and all below it; the longest name wins.

    `uses`: rows it may import from. `libraries`: third-party packages at module level. `late`: modules it may import inside
    functions only, so that they are loaded when first needed.
    """

    name: str
    modules: tuple[str, ...]
    uses: tuple[str, ...] = ()
    libraries: frozenset[str] = frozenset()
    late: tuple[str, ...] = ()
    why: str = ""


def rooms(names: str) -> tuple[str, ...]:
    """The rows of a list with commas."""
    return tuple(names.split(", "))


def libraries(names: str) -> frozenset[str]:
    return frozenset(names.split())
