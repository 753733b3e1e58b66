"""What belongs to a clip's picture beside its pixels: 360° and 3D, a crop, Dolby Vision, captions, further picture tracks.

Read before the start, from the container's own words and the first packets; `losses` says what a result cannot keep.
"""

import contextlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from rainapp.base.errors import UnreadableFile
from rainapp.media.clip.clip_open import open_container
from rainapp.media.clip.container.captions import carries_captions
from rainapp.media.clip.container.ebml import read_pictures
from rainapp.media.clip.container.mp4_boxes import SPHERICAL_V1, Track, read_tracks
from rainapp.media.clip.container.transport_stream import read_dolby
from rainapp.media.clip.trial_mux import is_cover
from rainapp.media.clip_facts import Extras

BOXED = ("mp4", "mov", "3gp")  # muxers of files made of boxes
_LOOKED_PACKETS, _LOOKED_BYTES = 60, 4 << 20
_DOLBY = (b"dvcC", b"dvvC", b"dvwC")
_KEPT_BOXES = (b"clap", b"st3d", b"sv3d")
CAPTIONS_LOST = "The captions inside the pictures are not kept."
OPAQUE = "Transparency is not kept; the clip is written opaque."
_BASES = {1: "HDR10", 2: "SDR", 4: "HLG", 6: "HDR10"}  # by the compatibility number of Dolby Vision


def read_extras(container: InputContainer, stream: VideoStream, path: Path) -> Extras:
    """What the container `path` says of the picture `stream`; `container` stands where it stood."""
    names = container.format.name.split(",")
    stat = path.stat()
    state = stat.st_size, stat.st_mtime_ns
    tracks = _tracks(path, state) if "mov" in names else {}
    track = tracks.get(stream.id, Track())
    videos = list(container.streams.video)
    told = read_pictures(path) if "matroska" in names else []
    place = videos.index(stream)
    matroska = told[place] if place < len(told) else None
    spheres = tuple(box for box in track.uuids if box[8:24] == SPHERICAL_V1)
    tags = {name.lower(): text for name, text in stream.metadata.items()}
    dolby = next((track.boxes[kind][8:] for kind in _DOLBY if kind in track.boxes), matroska.dolby if matroska else b"")
    if "mpegts" in names:
        dolby = read_dolby(path)
    return Extras(
        entry_boxes=b"".join(track.boxes[kind] for kind in _KEPT_BOXES if kind in track.boxes),
        track_boxes=b"".join(spheres),
        spherical=b"sv3d" in track.boxes or bool(spheres) or (matroska is not None and matroska.spherical),
        stereo=any(track.boxes.get(b"st3d", b"")[12:13]) or tags.get("stereo_mode", "mono") != "mono",
        cropped=b"clap" in track.boxes or (matroska is not None and matroska.cropped),
        dolby=_dolby(dolby),
        captions=_has_captions(path, state, stream.index),
        transparent=tags.get("alpha_mode", "0") not in ("", "0"),
        second_view=b"vexu" in track.boxes or b"lhvC" in track.boxes,
        made_anew=_made_anew(container, tracks),
        pictures=sum(not is_cover(each) for each in videos),
    )


def _dolby(record: bytes) -> tuple[int, int] | None:
    """Profile and compatibility number of a configuration record."""
    return (record[2] >> 1, record[4] >> 4) if len(record) >= 5 else None


def _made_anew(container: InputContainer, tracks: dict[int, Track]) -> frozenset[int]:
    """The tracks of time code and of chapters, which muxers write from tags and chapters."""
    chapters = {number for track in tracks.values() for number in track.chapters}
    if not container.chapters():
        chapters = set()
    return frozenset(
        stream.index
        for stream in container.streams
        if stream.type in ("data", "subtitle")  # text of chapters is either
        and (tracks.get(stream.id, Track()).entry == b"tmcd" or stream.id in chapters)
    )


@lru_cache(maxsize=16)
def _tracks(path: Path, _state: tuple[int, int]) -> dict[int, Track]:
    """The tracks of a file in this state; a player asks for every frame."""
    return read_tracks(path)


@lru_cache(maxsize=16)
def _has_captions(path: Path, _state: tuple[int, int], index: int) -> bool:
    return any(carries_captions(data) for data in _first_packets(path, index))


def _first_packets(path: Path, index: int) -> Iterator[bytes]:
    read = 0
    with open_container(path) as container, contextlib.suppress(av.FFmpegError):
        for packet in islice(container.demux(container.streams[index]), _LOOKED_PACKETS):
            yield bytes(packet)
            read += packet.size
            if read > _LOOKED_BYTES:
                return


def refuse_private_colours(extras: Extras, path: Path) -> None:
    """Raise UnreadableFile for Dolby Vision whose pixels no other player understands: they would come out green and purple."""
    if extras.dolby is not None and extras.dolby[1] == 0:
        raise UnreadableFile(
            f"{path.name} is in Dolby Vision profile {extras.dolby[0]}, whose colours only a Dolby Vision decoder understands.",
            "Convert it to HDR10 or SDR first.",
            path,
        )


def losses(extras: Extras, muxer: str) -> Iterator[str]:
    """Sentences on what a result of this kind does not keep."""
    boxed = muxer in BOXED
    if extras.spherical and not (boxed and (extras.entry_boxes or extras.track_boxes)):
        yield f"That the clip is a 360° video cannot be said in this {muxer} file; players show it flat."
    elif extras.stereo and not (boxed and extras.entry_boxes) and muxer not in ("matroska", "webm"):
        yield f"That the clip is in 3D cannot be said in this {muxer} file; players show both eyes side by side."
    if extras.cropped and not (boxed and b"clap" in extras.entry_boxes):
        yield f"The crop that the file asks for cannot be said in this {muxer} file; the whole picture is shown."
    if extras.dolby is not None:
        base = _BASES.get(extras.dolby[1], "its base format")
        yield f"The Dolby Vision data are not kept; the clip stays in {base}."
    if extras.captions:
        yield CAPTIONS_LOST
    if extras.transparent:
        yield OPAQUE
    if extras.second_view:
        yield "The second view of the spatial video is not kept."
    if extras.pictures > 1:
        yield f"The clip holds {extras.pictures} picture tracks; one is derained, the others stay as they are."
