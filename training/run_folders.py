"""Where runs lie, and what they are called. Free of torch."""

from pathlib import Path

from rainapp.base import paths

CHECKPOINT = "checkpoint.pt"
RECIPE = "recipe.toml"


def run_folder(name: str) -> Path:
    """The folder of a run by its path, or by its name among the user's runs. It need not exist."""
    return named if (named := Path(name)).is_dir() or named.parent != Path() else paths.runs_dir() / name
