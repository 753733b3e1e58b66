"""The ICC profile of a screen, as the system knows it: how that screen shows colours.

X11       the root window's property `_ICC_PROFILE` (further screens `_ICC_PROFILE_1` and so on), as the "ICC Profiles in X
          Specification" of freedesktop.org says; read by a connection of our own through libxcb, which Qt needs as well
Windows   `GetICMProfileW` of the screen's device context names a file
macOS     `CGDisplayCopyColorSpace`

Wayland's compositors convert colours themselves and expect sRGB, so nothing is looked for there. Whatever goes wrong means
that nothing is known, and the screen is taken for sRGB. No Qt here.
"""

import ctypes
import ctypes.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rainapp.base.errors import UnreadableFile
from rainapp.base.regular_files import TooLargeFileError, read_regular
from rainapp.jobs.records import FindScreenProfile, ScreenProfile, Watch

PROFILE_BYTES_MAX = 16 << 20
HEADER_BYTES = 128
_SIGNATURE = slice(36, 40)  # where an ICC header says "acsp"
_ANY_TYPE = 0


def find_profile(job: FindScreenProfile, watch: Watch) -> ScreenProfile:
    """The profile in the file that was named, or what the system has for the screen; None where it has none.

    Raises UnreadableFile for a named file only.
    """
    watch.tick(0, 1)
    if job.file is not None:
        return ScreenProfile(job, read_profile(job.file))
    found = _ask(job)
    return ScreenProfile(job, found if found and is_profile(found) else None)


def _ask(job: FindScreenProfile) -> bytes | None:
    asked: dict[str, Callable[[FindScreenProfile], bytes | None]] = {
        "xcb": x11_profile, "windows": windows_profile, "cocoa": macos_profile,
    }  # fmt: skip
    return asked[job.platform](job) if job.platform in asked else None


def read_profile(path: Path) -> bytes:
    """The bytes of an ICC file. Raises UnreadableFile."""
    try:
        icc = read_regular(path, PROFILE_BYTES_MAX)
    except TooLargeFileError as error:
        raise UnreadableFile(f"{path.name} is no colour profile.", "Choose a file that ends in .icc or .icm.", path) from error
    except OSError as error:
        raise UnreadableFile(
            f"The screen's profile {path.name} cannot be read.", "Choose another in the settings under Looks.", path
        ) from error
    if not is_profile(icc):
        raise UnreadableFile(f"{path.name} is no colour profile.", "Choose a file that ends in .icc or .icm.", path)
    return icc


def is_profile(icc: bytes) -> bool:
    """Whether these bytes begin as an ICC profile does."""
    return HEADER_BYTES < len(icc) <= PROFILE_BYTES_MAX and icc[_SIGNATURE] == b"acsp"


# -- X11


class _Screens(ctypes.Structure):
    _fields_ = (("root", ctypes.POINTER(ctypes.c_uint32)), ("rest", ctypes.c_int), ("index", ctypes.c_int))


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint),)


class _AtomReply(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_uint8), ("pad", ctypes.c_uint8), ("sequence", ctypes.c_uint16), ("length", ctypes.c_uint32),
        ("atom", ctypes.c_uint32),
    )  # fmt: skip


def x11_profile(job: FindScreenProfile, display: str | None = None) -> bytes | None:
    """The property of the root window of `display` (None: that of the environment)."""
    library = ctypes.util.find_library("xcb")
    if library is None:
        return None
    xcb, c = _xcb(library), ctypes.CDLL(None)
    c.free.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode() if display else None, None)
    try:
        if xcb.xcb_connection_has_error(connection):
            return None
        root = xcb.xcb_setup_roots_iterator(xcb.xcb_get_setup(connection)).root[0]
        name = b"_ICC_PROFILE" if job.number == 0 else b"_ICC_PROFILE_%d" % job.number
        found = xcb.xcb_intern_atom_reply(connection, xcb.xcb_intern_atom(connection, 1, len(name), name), None)
        atom = found[0].atom if found else 0
        c.free(found)
        if not atom:
            return None
        words = PROFILE_BYTES_MAX // 4
        reply = xcb.xcb_get_property_reply(
            connection, xcb.xcb_get_property(connection, 0, root, atom, _ANY_TYPE, 0, words), None
        )
        if not reply:
            return None
        icc = ctypes.string_at(xcb.xcb_get_property_value(reply), xcb.xcb_get_property_value_length(reply))
        c.free(reply)
        return icc
    finally:
        xcb.xcb_disconnect(connection)


def _xcb(library: str) -> Any:
    """The library with the types of what is called, from its header."""
    xcb = ctypes.CDLL(library)
    pointer, number, byte = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint8
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "xcb_connect": (pointer, [ctypes.c_char_p, pointer]),
        "xcb_connection_has_error": (ctypes.c_int, [pointer]),
        "xcb_get_setup": (pointer, [pointer]),
        "xcb_setup_roots_iterator": (_Screens, [pointer]),
        "xcb_intern_atom": (_Cookie, [pointer, byte, ctypes.c_uint16, ctypes.c_char_p]),
        "xcb_intern_atom_reply": (ctypes.POINTER(_AtomReply), [pointer, _Cookie, pointer]),
        "xcb_get_property": (_Cookie, [pointer, byte, number, number, number, number, number]),
        "xcb_get_property_reply": (pointer, [pointer, _Cookie, pointer]),
        "xcb_get_property_value": (pointer, [pointer]),
        "xcb_get_property_value_length": (ctypes.c_int, [pointer]),
        "xcb_disconnect": (None, [pointer]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(xcb, name)
        function.restype, function.argtypes = result, arguments
    return xcb


# -- Windows and macOS: written from the systems' documentation, never run


class _Point(ctypes.Structure):
    _fields_ = (("x", ctypes.c_long), ("y", ctypes.c_long))


class _MonitorInfo(ctypes.Structure):
    _fields_ = (
        ("size", ctypes.c_uint32), ("monitor", ctypes.c_long * 4), ("work", ctypes.c_long * 4), ("flags", ctypes.c_uint32),
        ("device", ctypes.c_wchar * 32),
    )  # fmt: skip


def windows_profile(job: FindScreenProfile) -> bytes | None:
    """The file that Windows names for the screen in whose corner `job.corner` lies."""
    loaded: Any = getattr(ctypes, "windll", None)
    if loaded is None:
        return None
    user, gdi, pointer = loaded.user32, loaded.gdi32, ctypes.c_void_p
    user.MonitorFromPoint.restype, user.MonitorFromPoint.argtypes = pointer, [_Point, ctypes.c_uint32]
    user.GetMonitorInfoW.argtypes = [pointer, pointer]
    gdi.CreateDCW.restype, gdi.CreateDCW.argtypes = pointer, [ctypes.c_wchar_p, ctypes.c_wchar_p, pointer, pointer]
    gdi.GetICMProfileW.argtypes = [pointer, pointer, ctypes.c_wchar_p]
    gdi.DeleteDC.argtypes = [pointer]
    info = _MonitorInfo(size=ctypes.sizeof(_MonitorInfo))
    if not user.GetMonitorInfoW(user.MonitorFromPoint(_Point(*job.corner), 2), ctypes.byref(info)):
        return None
    context = gdi.CreateDCW("DISPLAY", info.device, None, None)
    room = ctypes.c_uint32(1024)
    name = ctypes.create_unicode_buffer(room.value)
    known = bool(context) and gdi.GetICMProfileW(context, ctypes.byref(room), name)
    gdi.DeleteDC(context)
    try:
        return read_profile(Path(name.value)) if known else None
    except UnreadableFile:
        return None


def macos_profile(job: FindScreenProfile) -> bytes | None:
    """The profile of the screen that is `job.number` in the system's order, the main one first."""
    library = ctypes.util.find_library("CoreGraphics")
    if library is None:
        return None
    system, pointer = ctypes.CDLL(library), ctypes.c_void_p
    system.CGDisplayCopyColorSpace.restype, system.CGDisplayCopyColorSpace.argtypes = pointer, [ctypes.c_uint32]
    system.CGColorSpaceCopyICCData.restype, system.CGColorSpaceCopyICCData.argtypes = pointer, [pointer]
    system.CFDataGetLength.restype, system.CFDataGetLength.argtypes = ctypes.c_long, [pointer]
    system.CFDataGetBytePtr.restype, system.CFDataGetBytePtr.argtypes = pointer, [pointer]
    system.CFRelease.argtypes = [pointer]
    screens, count = (ctypes.c_uint32 * 16)(), ctypes.c_uint32()
    if system.CGGetActiveDisplayList(16, screens, ctypes.byref(count)) or job.number >= count.value:
        return None
    space = system.CGDisplayCopyColorSpace(screens[job.number])
    data = system.CGColorSpaceCopyICCData(space) if space else None
    icc = ctypes.string_at(system.CFDataGetBytePtr(data), system.CFDataGetLength(data)) if data else None
    for held in (data, space):
        if held:
            system.CFRelease(held)
    return icc
