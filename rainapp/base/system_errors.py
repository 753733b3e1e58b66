"""What the system refuses, in words a person can act on. Its own words go to the log only."""

import errno

from rainapp.base.logs import log_file
from rainapp.base.regular_files import NotRegularFileError, TooLargeFileError

_WORDS = {
    errno.ENOSPC: ("the disk is full", "Free some space or choose another folder."),
    errno.EDQUOT: ("the disk quota is used up", "Free some space or choose another folder."),
    errno.EACCES: ("writing is not permitted there", "Choose a folder you may write to."),
    errno.EPERM: ("writing is not permitted there", "Choose a folder you may write to."),
    errno.EROFS: ("the disk is read-only", "Choose another folder."),
    errno.ENAMETOOLONG: ("its name is too long for this disk", "Choose a shorter name."),
    errno.ENOENT: ("its folder does not exist", "Make the folder or choose another one."),
    errno.ENOTDIR: ("its folder is not a folder", "Choose another folder."),
    errno.EISDIR: ("a folder has that name", "Choose another name."),
    errno.ENOTEMPTY: ("a folder with files has that name already", "Choose another name or folder."),
    errno.EEXIST: ("a file or folder has that name already", "Choose another name or folder."),
    errno.EFBIG: ("the file grew too large for this disk", "Choose another disk or a format that compresses more."),
    errno.EIO: ("the disk reported an error", "Check the disk, then try again."),
}
_READING = {
    errno.ENOENT: "it does not exist",
    errno.EACCES: "reading it is not permitted",
    errno.EPERM: "reading it is not permitted",
    errno.EISDIR: "it is a folder",
    errno.EIO: "the disk reported an error",
}
REFUSED = "the system refused"


def why_not_written(error: OSError) -> tuple[str, str]:
    """Why something could not be written, and what helps."""
    return _WORDS.get(error.errno or 0, (REFUSED, "Choose another name or folder."))


def why_not_read(error: OSError) -> str:
    """Why something could not be read."""
    if isinstance(error, NotRegularFileError | TooLargeFileError) and error.strerror:
        return error.strerror  # our own words
    return _READING.get(error.errno or 0, REFUSED)


def unexpected(what: str = "Something unexpected happened.") -> tuple[str, str]:
    """What is said of a bug, and where its details are."""
    return what, f"The log holds the details, please report them: {log_file()}"
