"""What can go wrong, in words a person can act on.

    RainError                 shown to the user: message and hint, no traceback
      UnreadableFile          a source that cannot be read, or must not be
        LargeFile             ... unless the person says that it may
      UnwritableFile          a target that cannot be written
      BadModel                a model file or folder that cannot be trusted or does not fit
      BadRecipe               a training recipe with unknown or impossible values
      BadTreatment            settings that the chosen model or machine cannot serve
      NotEnoughMemory         every remedy was tried: smaller tiles, lower precision, the CPU
      DeviceLost              the accelerator stopped answering
      EngineFailed            what computes failed: twice, and what could go on in its place too
    Cancelled                 shown to nobody; not a RainError

Anything else is a bug: it is logged with its traceback. Errors are raised where their meaning becomes known, with the cause
kept (`raise UnreadableFile(...) from error`), and caught in three places: `workers`, `cli` and `gui.app`.
"""

from pathlib import Path
from typing import ClassVar


class RainError(Exception):
    """An expected failure: what happened, to which file, and what helps.

    `message` names the trouble in one sentence, `hint` says what the person can do, `path` is the file it is about.
    """

    kind: ClassVar[str] = "error"

    def __init__(self, message: str, hint: str = "", path: Path | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.path = path

    def __str__(self) -> str:
        """One line: the message, then what helps."""
        return f"{self.message} {self.hint}".strip()


class UnreadableFile(RainError):
    """A source that cannot be read, or that must not be (a decompression bomb, a disguised script)."""

    kind = "unreadable"


class LargeFile(UnreadableFile):
    """A source that claims to need much memory for so few bytes that the person has to say first whether it may."""

    kind = "large"


class UnwritableFile(RainError):
    """A target that cannot be written: no space, no permission, a name the system refuses."""

    kind = "unwritable"


class BadModel(RainError):
    """A model file or folder that cannot be trusted, is damaged, or does not fit any known net."""

    kind = "bad-model"


class BadRecipe(RainError):
    """A training recipe with an unknown key or an impossible value."""

    kind = "bad-recipe"


class BadTreatment(RainError):
    """Settings that the chosen model or this machine cannot serve."""

    kind = "bad-treatment"


class NotEnoughMemory(RainError):
    """Memory ran out after every remedy was tried."""

    kind = "memory"


class DeviceLost(RainError):
    """The accelerator stopped answering; the work can be tried again on the CPU."""

    kind = "device-lost"


class EngineFailed(RainError):
    """What computes a net failed, for no reason that is known here; the cause is kept."""

    kind = "engine-failed"


class Cancelled(Exception):
    """The person asked to stop. Passes through everything and is shown to nobody.

    `keep` is what the person said of the part done of a clip when asking, None where that was settled before; `kept` names it.
    Where it is not kept as a file, `go_on` asks that its finished parts stay for the run that goes on; `goes_on` says that
    they do.
    """

    keep: bool | None = None
    kept: Path | None = None
    go_on: bool = False
    goes_on: bool = False
