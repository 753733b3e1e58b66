"""How tasks speak while they are made ready."""

from collections.abc import Callable

Tell = Callable[[str, str], None]
"""Called with a kind, "left-out" or "warning", and a sentence."""
