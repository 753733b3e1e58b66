"""diffusers imports by name; of it we take nets, a schedule, and what these load. Its pipelines stay out."""

from PyInstaller.utils.hooks import collect_submodules

TAKEN = ("models", "schedulers", "loaders", "hooks", "quantizers", "utils")
hiddenimports = [name for part in TAKEN for name in collect_submodules(f"diffusers.{part}", on_error="ignore")]
