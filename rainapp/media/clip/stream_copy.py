"""Everything in a clip that is not the treated picture: sound, subtitles, further streams, chapters, attachments, names.

Packets are copied as they are. What fits into a container is found out beforehand by `trial_mux`, so nothing is promised
that the muxer refuses later, and what stays behind is said.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from rainapp.base.errors import BadTreatment
from rainapp.jobs.records import MetadataChoice, Output
from rainapp.media.clip.clip_open import open_container
from rainapp.media.clip.codec_choice import MUXERS, choose_encoding, suffix_for
from rainapp.media.clip.container.joined_clocks import demuxed
from rainapp.media.clip.picture_extras import losses
from rainapp.media.clip.trial_mux import codec_of, first_packets, is_cover, kept_tags_of, names_lost, opaque
from rainapp.media.clip_facts import PICTURES, ClipFacts

# Written by the muxer itself, or true of the old file only.
_OWN_TAGS = frozenset(
    ("major_brand", "minor_version", "compatible_brands", "encoder", "duration", "number_of_frames", "number_of_bytes")
)
_NAMED = 4  # tags that a sentence names
_PLACE_MARKS = ("location", "gps", "©xyz", "geo")
_WORDS = {
    "audio": "sound track",
    "subtitle": "subtitle track",
    "data": "data track",
    "attachment": "attachment",
    "video": "picture track",
}


_COVER_FORMS = {"mjpeg": "jpeg"}
_ATTACHING = "matroska"  # the muxer that takes covers and fonts as attachments
_COVERING = ("mp4",)  # ... and those that have a place of its own for a cover
_TIMED = ("mp4", "mov", "matroska", "webm")  # ... for a time code
_CHAPTERED = ("mp4", "mov", "3gp", "matroska", "webm")


@dataclass(frozen=True)
class Carried:
    """What of a clip goes along into a container: tracks by index, covers as attachments; sentences on what stays behind."""

    copied: tuple[int, ...] = ()
    attached: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


def other_streams(container: InputContainer, facts: ClipFacts) -> list[Stream]:
    """The streams beside the treated one. Time code and chapter tracks are left out: the muxer makes its own."""
    return [each for each in container.streams if each.index != facts.stream and each.index not in facts.extras.made_anew]


def carried(path: Path, facts: ClipFacts, muxer: str, metadata: MetadataChoice = "keep") -> Carried:
    """What of the clip `path` goes along into a file that `muxer` writes."""
    if facts.codec == PICTURES:
        return Carried()
    stat = path.stat()
    return _carried(path, (stat.st_size, stat.st_mtime_ns), facts, muxer, metadata)


@lru_cache(maxsize=16)
def _carried(path: Path, _stamp: tuple[int, int], facts: ClipFacts, muxer: str, metadata: MetadataChoice) -> Carried:
    copied, attached, notes = [], [], []
    with open_container(path) as container:
        others = other_streams(container, facts)
        firsts = first_packets(container, [each for each in others if each.type not in ("attachment", "unknown")])
        for stream in others:
            if stream.type == "attachment" or is_cover(stream):
                fits = muxer == _ATTACHING or (stream.type != "attachment" and muxer in _COVERING and _covers(stream))
                lost: list[str] | None = [] if fits else None
            else:
                lost = names_lost(stream, firsts.get(stream.index), muxer)
            if lost is None:
                notes.append(_left_out(stream, muxer))
            elif is_cover(stream) and muxer == _ATTACHING:
                attached.append(stream.index)
            else:
                copied.append(stream.index)
                if lost and metadata != "strip":
                    notes.append(f"The {' and the '.join(lost)} of track {stream.index} cannot be said in this {muxer} file.")
        notes += _tags_left_out(container, muxer, metadata)
        if "timecode" in container.streams[facts.stream].metadata and muxer not in _TIMED and metadata != "strip":
            notes.append(f"The time code does not fit into {muxer} and is left out.")
        if container.chapters() and muxer not in _CHAPTERED:
            notes.append(f"The chapters do not fit into {muxer} and are left out.")
    return Carried(tuple(copied), tuple(attached), (*notes, *losses(facts.extras, muxer)))


def _covers(stream: Stream) -> bool:
    return codec_of(stream) in ("mjpeg", "png", "bmp")


def _left_out(stream: Stream, muxer: str) -> str:
    language = f", {stream.language}" if stream.language not in (None, "und") else ""
    kind = "cover picture" if is_cover(stream) else _WORDS.get(stream.type, "track")
    return f"The {kind} {stream.index} ({codec_of(stream)}{language}) does not fit into {muxer} and is left out."


def _tags_left_out(container: InputContainer, muxer: str, metadata: MetadataChoice) -> list[str]:
    if metadata == "strip":
        return []
    tags = {name: text for name, text in kept_tags(container.metadata, metadata).items() if text.strip()}
    tags = {name: text for name, text in tags.items() if not text.startswith("Lavf")}  # what wrote the file
    lost = sorted(tags.keys() - kept_tags_of(muxer, tags, movie_flags(container)))
    if not lost:
        return []
    few = ", ".join(lost[:_NAMED]) + (" and others" if len(lost) > _NAMED else "")
    return [f"What the clip says of itself ({few}) has no place in {muxer} and is left out."]


def movie_flags(container: InputContainer) -> str:
    """The flags of the muxer of MP4 and MOV that keep the makers' own tags."""
    return "+use_metadata_tags" if any(name.startswith("com.") for name in container.metadata) else ""


def keeping_notes(container: InputContainer, path: Path, facts: ClipFacts) -> list[str]:
    """What would be lost if the clip were written in its own format."""
    suffix = suffix_for(path.suffix)
    notes = list(carried(path, facts, MUXERS[suffix]).notes)
    notes += format_notes(path, suffix)
    try:
        notes += choose_encoding(facts, suffix, Output()).notes
    except BadTreatment as error:
        notes.append(str(error))
    return list(dict.fromkeys(notes))


def format_notes(path: Path, suffix: str) -> list[str]:
    """A sentence where a result that was to keep the format of `path` gets another `suffix`."""
    if suffix_for(path.suffix) == path.suffix.lower() or suffix != suffix_for(path.suffix):
        return []
    return [f"Clips are not written as {path.suffix or 'files without suffix'}; the result is a {suffix[1:]} file."]


def add_copies(source: list[Stream], sink: OutputContainer, metadata: MetadataChoice) -> dict[int, Stream]:
    """Streams of `sink` that take copies, by index in the source."""
    copies = {}
    for stream in source:
        copy = sink.add_stream_from_template(stream, **opaque(stream))
        copy.disposition = stream.disposition
        copy.metadata.update(kept_tags(stream.metadata, metadata))
        copies[stream.index] = copy
    return copies


def kept_tags(tags: dict[str, str], metadata: MetadataChoice) -> dict[str, str]:
    """Tags to write: all but the muxer's own; without places, or only the language, if so chosen."""
    if metadata == "strip":
        return {name: text for name, text in tags.items() if name in ("language", "filename", "mimetype")}
    kept = {name: text for name, text in tags.items() if name.lower() not in _OWN_TAGS}
    if metadata == "no-location":
        kept = {name: text for name, text in kept.items() if not any(mark in name.lower() for mark in _PLACE_MARKS)}
    return kept


def attach_covers(source: InputContainer, indices: tuple[int, ...], sink: OutputContainer) -> None:
    """Attach the covers of `source` to a file that has no other place for them. `source` is read on."""
    for index, data in first_packets(source, [source.streams[index] for index in indices]).items():
        tags = {name.lower(): text for name, text in source.streams[index].metadata.items()}
        codec = codec_of(source.streams[index])
        form = _COVER_FORMS.get(codec, codec)
        sink.add_attachment(tags.get("filename", f"cover.{form[:3]}"), tags.get("mimetype", f"image/{form}"), data)


class Copier:
    """Copies packets of the other streams into a sink, up to the time the picture has reached."""

    def __init__(
        self,
        container: InputContainer,
        copies: dict[int, Stream],
        picture: int,
        part: tuple[Fraction, Fraction] | None = None,
        begins_s: Fraction = Fraction(0),
    ) -> None:
        """`copies`: the sink's streams by index in the source `container`; `picture`: the index of the treated one.

        Of a `part`, in seconds after `begins_s`, only what starts in it is copied, and moved to where the part begins.
        """
        self._copies = copies
        self._part = part
        self._begins_s = begins_s
        streams = [container.streams[index] for index in copies if container.streams[index].type != "attachment"]
        self._packets: Iterator[Packet[Stream]] = demuxed(container, streams, picture) if streams else iter(())
        self._covers = {stream.index for stream in streams if is_cover(stream)}  # pictures without a time
        self._next: Packet[Stream] | None = None
        self._last: dict[int, int] = {}  # the newest decoding time of each stream, in ticks
        self._streams_hurt: dict[int, int] = {}
        self._ended_early = False

    def copy_until(self, time_s: Fraction | None, sink: OutputContainer) -> None:
        """Copy every packet that starts before `time_s`, or all that are left (None)."""
        while (packet := self._next or self._read()) is not None:
            start = packet.dts if packet.dts is not None else packet.pts
            if time_s is not None and start is not None and start * packet.time_base > time_s:
                self._next = packet
                return
            self._next = None
            if packet.size or start is not None:  # not one of the empty packets that end a stream
                self._copy(packet, sink)

    def _copy(self, packet: "Packet[Stream]", sink: OutputContainer) -> None:
        """Copy one packet; one whose time is missing, goes back or cannot be written is counted and left out."""
        index = packet.stream_index
        start = packet.dts if packet.dts is not None else packet.pts
        if index in self._covers or (start is not None and start >= self._last.get(index, start)):
            packet.stream = self._copies[index]
            with contextlib.suppress(av.ArgumentError, av.InvalidDataError, av.PatchWelcomeError):
                sink.mux_one(packet)
                if start is not None:
                    self._last[index] = start
                return
        self._streams_hurt[index] = self._streams_hurt.get(index, 0) + 1

    def notes(self) -> list[str]:
        """Sentences on what could not be copied."""
        notes = [f"{count} damaged pieces of track {index} were left out." for index, count in self._streams_hurt.items()]
        if self._ended_early:
            notes.append("The file ends in damaged data; sound and subtitles were copied up to there.")
        return notes

    def _read(self) -> "Packet[Stream] | None":
        try:
            packet = next(self._packets, None)
            while packet is not None and not self._moved(packet):
                packet = next(self._packets, None)
        except av.FFmpegError:
            self._ended_early = True
            self._packets = iter(())
            return None
        return packet

    def _moved(self, packet: "Packet[Stream]") -> bool:
        """Move a packet to where the part begins; whether it lies in the part."""
        start = packet.dts if packet.dts is not None else packet.pts
        if self._part is None or start is None:
            return True
        from_s, until_s = self._part
        if not from_s <= start * packet.time_base - self._begins_s < until_s:
            return False
        shift = round(from_s / packet.time_base)
        if packet.pts is not None:
            packet.pts -= shift
        if packet.dts is not None:
            packet.dts -= shift
        return True
