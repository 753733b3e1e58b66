"""The person's preferences: one frozen dataclass, one field per preference.

Dialog, check, file and documentation come from the fields: each carries its label, help, limits and the page of the dialog on
which it appears. The file is TOML; keys that are not known here (a newer version's, or a person's own) are kept on save, and
`version` with the functions in `MIGRATIONS` handles change. No file, however broken, stops the start: what cannot be used is
replaced by the default, and a notice says so. Job records carry their own copy of these values, so changing a preference
never alters a queued job. Position and size of the window are Qt's to keep.
"""

import contextlib
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from rainapp.base.new_files import settle
from rainapp.base.own_files import OWNER
from rainapp.base.paths import settings_file
from rainapp.base.textfile import replace_text, toml_line
from rainapp.base.toml_text import read_toml

VERSION = 1
FILE_BYTES_MAX = 64 << 10  # settings are a page of text; anything larger is something else
TEXT_MAX = 4096

log = logging.getLogger(__name__)

Page = Literal["General", "Files", "Speed", "Looks", "remembered"]
Kind = Literal["choice", "number", "flag", "text", "folder", "list"]
Theme = Literal["system", "dark", "light"]
Canvas = Literal["theme", "mid-grey"]
SaveTo = Literal["beside", "folder"]

SCREEN_AS_SYSTEM, SCREEN_IS_SRGB = "auto", "srgb"  # or the name of a file

PLACEHOLDERS = ("name", "model", "strength")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_FORBIDDEN_IN_NAMES = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f]')
_DEVICE = re.compile(r"auto|cpu|mps|cuda:\d{1,2}")
_LANGUAGE = re.compile(r"system|[a-z]{2,3}(_[A-Za-z]{2,4})?")
_MODEL = re.compile(r"[A-Za-z0-9._-]{1,64}")
_VERSION = re.compile(r"[0-9A-Za-z.+-]{0,32}")
_FORMAT = re.compile(r"keep|[a-z0-9]{2,5}")


def name_template_problem(template: object) -> str | None:
    """What is wrong with a naming template, in words, or None: `{name}` must be in it, and nothing that leaves the folder."""
    text = str(template)
    unknown = [name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]
    if unknown:
        return f"“{{{unknown[0]}}}” is not known; there are {', '.join(f'{{{name}}}' for name in PLACEHOLDERS)}."
    rest = _PLACEHOLDER.sub("", text)
    if "{name}" not in text:
        return "“{name}” must be in it, or two photos would have one name."
    if _FORBIDDEN_IN_NAMES.search(rest) or "{" in rest or "}" in rest:
        return 'A file name cannot hold / \\ : * ? " < > | or a lone brace.'
    return None if len(rest) <= 80 else "It is longer than a file name can be."


def fill_name(template: str, *, name: str, model: str, strength: float) -> str:
    """The file name, without suffix, that a naming template gives: `{strength}` in percent."""
    values = {"name": name, "model": model, "strength": f"{strength * 100:.0f}"}
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)


def _fits(pattern: re.Pattern[str], words: str) -> Callable[[object], str | None]:
    return lambda value: None if pattern.fullmatch(str(value)) else words


@dataclass(frozen=True)
class Preference:
    """How one field is shown and checked. `choices` pairs each value with the words for it; limits hold for numbers.

    `kind` says which control fits; numbers with `optional` may be None, shown as `automatic`.
    """

    name: str
    label: str
    help: str
    page: Page
    kind: Kind
    default: Any
    choices: tuple[tuple[str, str], ...] = ()
    low: float | None = None
    high: float | None = None
    optional: bool = False
    check: Callable[[object], str | None] | None = field(default=None, repr=False, compare=False)

    def problem(self, value: object) -> str | None:
        """Why `value` cannot be taken, in words; None where it can."""
        if value is None:
            return None if self.optional else "A value is needed."
        if self.kind == "choice":
            known = [choice for choice, _ in self.choices]
            return None if value in known else f"It can be {', '.join(known)}."
        if self.kind == "flag":
            return None if isinstance(value, bool) else "It can be true or false."
        if self.kind == "number":
            return self._number_problem(value)
        if self.kind == "list":
            fits = isinstance(value, tuple) and all(_is_text(item) for item in value)
            return None if fits else "It must be a list of texts."
        return (self.check(value) if self.check else None) if _is_text(value) else "It must be a text."

    def _number_problem(self, value: object) -> str | None:
        whole = isinstance(self.default, int) or self.optional
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            return f"It must be a {'whole ' if whole else ''}number."
        low, high = cast(float, self.low), cast(float, self.high)
        return None if low <= cast(float, value) <= high else f"It must lie between {low:g} and {high:g}."


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= TEXT_MAX and "\0" not in value


def _pref(default: Any, page: Page, label: str, help: str, **facts: Any) -> Any:  # noqa: A002 - the word the dialog uses
    return field(default=default, metadata={"page": page, "label": label, "help": help, **facts})


@dataclass(frozen=True)
class Settings:
    """Every preference. Values are checked where they enter: by `load`, and by `changed`."""

    language: str = _pref(
        "system", "General", "Language", "Shown after the next start.",
        check=_fits(_LANGUAGE, "It must be “system” or a language code such as “de”."),
    )  # fmt: skip
    confirm_quit: bool = _pref(True, "General", "Ask before quitting at work", "Asks only while photos are being derained.")
    keep_awake: bool = _pref(True, "General", "Keep the computer awake at work", "Sleep would halt a long clip.")
    notify: bool = _pref(True, "General", "Tell when a long batch is done", "A notification, when the window is not in front.")

    theme: Theme = _pref(
        "system", "Looks", "Theme", "Dark, light, or as the system is set.",
        words=("As the system", "Dark", "Light"),
    )  # fmt: skip
    canvas: Canvas = _pref(
        "theme", "Looks", "Around the photo", "A mid grey helps when colours are judged.",
        words=("As the theme", "Mid grey"),
    )  # fmt: skip

    screen_profile: str = _pref(
        SCREEN_AS_SYSTEM, "Looks", "Screen profile", "How this screen shows colours: what the system knows, or a file.",
    )  # fmt: skip

    device: str = _pref(
        "auto", "Speed", "Device", "Where the work is done: automatic, the processor, or a graphics card by number.",
        check=_fits(_DEVICE, "It can be auto, cpu, mps, or cuda: and a number."),
    )  # fmt: skip
    engine: Literal["auto", "torch", "openvino"] = _pref(
        "auto", "Speed", "Engine", "Automatic takes what was measured fastest on this computer.",
        words=("Automatic", "PyTorch", "OpenVINO"),
    )  # fmt: skip
    precision: Literal["auto", "fp32", "bf16", "fp16"] = _pref(
        "auto", "Speed", "Precision", "Automatic uses less only where the result was checked to be the same.",
        words=("Automatic", "Full (fp32)", "bf16", "fp16"),
    )  # fmt: skip
    tile_px: int | None = _pref(
        None, "Speed", "Tile size", "Smaller needs less memory. Automatic shrinks by itself when memory runs out.",
        low=128, high=4096,
    )  # fmt: skip

    save_to: SaveTo = _pref(
        "beside", "Files", "Save results", "The original is never touched.",
        words=("Beside the original", "Into one folder"),
    )  # fmt: skip
    save_folder: str = _pref("", "Files", "Folder for results", "Used when results go into one folder.", folder=True)
    name_template: str = _pref(
        "{name}_derained", "Files", "File name", "{name} is the original's, {model} and {strength} say how it was made.",
        check=name_template_problem,
    )  # fmt: skip
    if_exists: Literal["ask", "skip", "rename", "overwrite"] = _pref(
        "ask", "Files", "If the file exists", "Overwriting never touches an original.",
        words=("Ask once", "Skip the photo", "Keep both: add a number", "Overwrite the result"),
    )  # fmt: skip
    format: str = _pref(
        "keep", "Files", "Format", "The original's, or one for all results.",
        check=_fits(_FORMAT, "It must be “keep” or a suffix such as “png”."),
    )  # fmt: skip
    quality: int | None = _pref(
        None, "Files", "Quality", "For JPEG, WebP, HEIC and AVIF. Automatic is about the original's.", low=1, high=100
    )
    metadata: Literal["keep", "strip", "no-location"] = _pref(
        "keep", "Files", "Metadata", "Camera data, captions and place of the photo.",
        words=("Keep all", "Remove all", "Keep all but the place"),
    )  # fmt: skip

    motion: bool = _pref(
        False,
        "Files",
        "Derain the clip of motion photos",
        "Else it stays as it was. It takes as long as a short video.",
    )
    keep_partial: bool = _pref(
        False, "Files", "Keep the part done", "A video that is cancelled leaves what is done, named “… (unfinished)”."
    )

    model: str = _pref(
        "default", "remembered", "Model", "The model used last.", check=_fits(_MODEL, "It must be a model's id.")
    )
    strength: float = _pref(1.0, "remembered", "Amount", "1 removes what was found, 0 leaves the photo.", low=0.0, high=1.3)
    veil: Literal["keep", "clear"] = _pref(
        "keep", "remembered", "Haze", "Haze is part of the scene, or goes too.", words=("Keep", "Clear")
    )
    temporal: Literal["auto", "off", "fast", "best", "learned"] = _pref(
        "auto", "remembered", "Calm flicker", "How flicker between the frames of a clip is calmed.",
        words=("Automatic", "Leave as it is", "Where nothing moves", "Along the motion", "Along the motion, with a net"),
    )  # fmt: skip
    treat: Literal["auto", "always"] = _pref(
        "auto", "remembered", "Photos without rain", "What is found dry is copied, or every photo is treated.",
        words=("Copied", "Treated anyway"),
    )  # fmt: skip
    second_pass: bool = _pref(False, "remembered", "A second pass", "The net goes over its own result again.")
    refine: float = _pref(
        0.0, "remembered", "Repair", "How far a generative model repairs what rain has covered; 0 is off.", low=0.0, high=1.0
    )
    prior: str = _pref(
        "auto", "remembered", "What repairs", "The prior that repairs; auto is the best there is.",
        check=_fits(_MODEL, "It must be a prior's id."),
    )  # fmt: skip
    budget_share: float = _pref(
        0.15, "remembered", "Repaired pixels at most", "As a share; above it the repair is weakened.", low=0.0, high=1.0
    )
    budget_mean: float = _pref(
        1.0, "remembered", "Mean change by a repair at most", "In levels of 255; above it the repair is weakened.",
        low=0.0, high=255.0,
    )  # fmt: skip
    last_folder: str = _pref("", "remembered", "Last folder", "Where photos were opened last.", folder=True)
    recent: tuple[str, ...] = _pref((), "remembered", "Recent files", "Opened last, newest first.")

    seen_version: str = _pref(
        "",
        "remembered",
        "Version seen",
        "The version whose window was open last.",
        check=_fits(_VERSION, "It must be a version."),
    )

    version: int = VERSION
    unknown: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)

    def changed(self, **values: object) -> "Settings":
        """These settings with other values.

        Raises:
            ValueError: a value that cannot be taken; the message says in words why.
        """
        for name, value in values.items():
            trouble = PREFERENCES[name].problem(value)
            if trouble:
                raise ValueError(f"{PREFERENCES[name].label}: {trouble}")
        return replace(self, **cast(Any, values))


def _preference(item: Field[Any], hint: Any) -> Preference:
    facts = item.metadata
    values = get_args(hint) if get_origin(hint) is Literal else ()
    kind: Kind = "text"
    if values:
        kind = "choice"
    elif hint is bool:
        kind = "flag"
    elif hint in (int, float, int | None):
        kind = "number"
    elif get_origin(hint) is tuple:
        kind = "list"
    elif facts.get("folder"):
        kind = "folder"
    return Preference(
        item.name, facts["label"], facts["help"], facts["page"], kind, item.default,
        choices=tuple(zip(values, facts.get("words", values), strict=True)),
        low=facts.get("low"), high=facts.get("high"), optional=hint == int | None, check=facts.get("check"),
    )  # fmt: skip


PREFERENCES: dict[str, Preference] = {
    item.name: _preference(item, hint)
    for item, hint in ((f, get_type_hints(Settings)[f.name]) for f in fields(Settings))
    if item.metadata and item.default is not MISSING
}

# Function n (counting from 0) turns the table of version n + 1 into that of version n + 2.
MIGRATIONS: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = ()


def load(path: Path | None = None) -> tuple[Settings, tuple[str, ...]]:
    """The settings in the file, and notices for the person about what could not be used. Never raises.

    A file that is no TOML at all is put aside as `settings.toml.broken`, so that a later save does not destroy it.
    """
    path = path or settings_file()
    try:
        table = read_toml(path, FILE_BYTES_MAX)
    except FileNotFoundError:
        return Settings(), ()
    except (OSError, ValueError) as error:
        return Settings(), (_put_aside(path, error),)
    version = table.pop("version", VERSION)
    notices: list[str] = []
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        notices.append("The settings do not say of which version they are; they are read as this version's.")
        version = VERSION
    if version > VERSION:
        notices.append("The settings come from a newer version of rainapp; what is unknown here is kept.")
    for migrate in MIGRATIONS[version - 1 :]:
        table = migrate(table)
    values: dict[str, Any] = {}
    for name in PREFERENCES.keys() & table.keys():
        value = _from_toml(PREFERENCES[name], table[name])
        trouble = PREFERENCES[name].problem(value)
        if trouble:
            notices.append(f"The setting “{name}” could not be used: {trouble} The default is used.")
        else:
            values[name] = value
    unknown = {key: value for key, value in table.items() if key not in PREFERENCES}
    return Settings(**values, version=max(version, VERSION), unknown=unknown), tuple(sorted(notices))


def save(settings: Settings, path: Path | None = None) -> None:
    """Write the settings, whole or not at all; defaults stand as comments, so that a later version's better ones apply.

    Recent files whose names are so long that the settings would not be read again are left out.

    Raises:
        UnwritableFile: no space, no permission.
    """
    text = _text(settings)
    if len(text.encode(errors="replace")) > FILE_BYTES_MAX:
        text = _text(replace(settings, recent=()))
    replace_text(path or settings_file(), text, OWNER)


def _text(settings: Settings) -> str:
    lines = ["# Settings of rainapp. A line that begins with # shows a default.", f"version = {settings.version}"]
    page: str | None = None
    for name, preference in PREFERENCES.items():
        if preference.page != page:
            page = preference.page
            lines += ["", f"# {page[0].upper()}{page[1:]}"]
        value = getattr(settings, name)
        if value != preference.default:
            lines.append(toml_line(name, value))
        else:
            lines.append(f"# {toml_line(name, 'auto' if value is None else value)}    {preference.label}: {preference.help}")
    if settings.unknown:
        lines += ["", "# Not known to this version"]
        lines += [toml_line(key, value) for key, value in settings.unknown.items()]
    return "\n".join(lines) + "\n"


def save_changes(before: Settings, now: Settings, path: Path | None = None) -> None:
    """Write what differs between `before` and `now`; what another window has written meanwhile stays. Raises UnwritableFile."""
    changed = {name: getattr(now, name) for name in PREFERENCES if getattr(now, name) != getattr(before, name)}
    if changed:
        there, _ = load(path)
        save(replace(there, **cast(Any, changed)), path)


def _from_toml(preference: Preference, value: object) -> object:
    """Lists become tuples, and the word "auto" becomes None where a number is optional."""
    if preference.optional and value == "auto":
        return None
    return tuple(value) if isinstance(value, list) else value


def _put_aside(path: Path, error: Exception) -> str:
    kept = path.with_name(path.name + ".broken")
    log.info("the settings could not be read", exc_info=error)
    with contextlib.suppress(OSError):  # not ours to move: then a save will say so
        kept = settle(path, kept)  # an earlier one stays
        return f"The settings could not be read. Defaults are used; the old file is kept as {kept.name}."
    return "The settings could not be read. Defaults are used."
