"""rainapp takes rain out of photos and videos.

For notebooks and scripts: `rainapp.derain`, `rainapp.models` and `rainapp.evaluate` (see `rainapp.api`). They are loaded when
they are first asked for: the package itself stays free of Qt, torch and NumPy, so that the window appears at once.
"""

from typing import TYPE_CHECKING, Any

from rainapp.base.version import VERSION

if TYPE_CHECKING:
    from rainapp.api import derain, evaluate, models

__version__ = VERSION
__all__ = ["__version__", "derain", "evaluate", "models"]


def __getattr__(name: str) -> Any:
    """Load the interface when one of its functions is first asked for."""
    if name in ("derain", "evaluate", "models"):
        from rainapp import api

        return getattr(api, name)
    raise AttributeError(f"module 'rainapp' has no attribute {name!r}")
