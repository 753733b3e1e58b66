"""Where resources, the user's models, runs and settings live.

Resources are found in three situations: the source tree, an installed wheel (where they lie inside the package) and a frozen
bundle. `resource` is the only way to reach one.
"""

import os
import sys
from pathlib import Path

import platformdirs

APP = "rainapp"


def _resource_root() -> Path:
    frozen = getattr(sys, "_MEIPASS", None)
    candidates = [Path(frozen) / "resources"] if frozen else []
    package = Path(__file__).resolve().parent.parent
    candidates += [package.parent / "resources", package / "resources"]  # source tree, then wheel
    return next((root for root in candidates if (root / "icons").is_dir()), candidates[-1])


def resource(name: str) -> Path:
    """Path of the bundled file or folder `name`, for example "weights/quick/card.toml". Need not exist."""
    return _resource_root() / name


def change_log() -> Path:
    """What is new in each version, as Markdown: among the resources of a wheel or a bundle, beside them in the source tree."""
    packed = resource("CHANGELOG.md")
    return packed if packed.exists() else _resource_root().parent / "CHANGELOG.md"


def user_models_dir() -> Path:
    """Folder of the user's own models: RAINAPP_MODELS where set, else the platform's data folder. Need not exist."""
    chosen = os.environ.get("RAINAPP_MODELS")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir(APP, appauthor=False)) / "models"


def bundled_models_dir() -> Path:
    """Folder of the models that come with the application."""
    return resource("weights")


def settings_file() -> Path:
    """The settings, as TOML. RAINAPP_CONFIG names another folder (used by tests)."""
    chosen = os.environ.get("RAINAPP_CONFIG")
    return (Path(chosen) if chosen else Path(platformdirs.user_config_dir(APP, appauthor=False))) / "settings.toml"


def cache_dir() -> Path:
    """Folder for what can be made again: measured engine choices, rain banks. RAINAPP_CACHE names another."""
    chosen = os.environ.get("RAINAPP_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir(APP, appauthor=False))


def log_dir() -> Path:
    """Folder of the log files. RAINAPP_LOG names another."""
    chosen = os.environ.get("RAINAPP_LOG")
    return Path(chosen) if chosen else Path(platformdirs.user_log_dir(APP, appauthor=False))


def runs_dir() -> Path:
    """Folder of the user's training runs."""
    return Path(platformdirs.user_data_dir(APP, appauthor=False)) / "runs"
