"""Everything in a clip that is not the treated picture: sound, subtitles, further streams, chapters, attachments, names.

Packets are copied as they are. Whether a stream fits into a container is found out by writing a header with it into memory,
so nothing is promised that the muxer refuses later.
"""

import contextlib
import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from rainapp.errors import BadTreatment
from rainapp.jobs import MetadataChoice, Output
from rainapp.media.clip_codecs import MUXERS, choose_encoding, suffix_for
from rainapp.media.clip_facts import ClipFacts

# Written by the muxer itself, or true of the old file only.
_OWN_TAGS = frozenset(
    ("major_brand", "minor_version", "compatible_brands", "encoder", "duration", "number_of_frames", "number_of_bytes")
)
_PLACE_MARKS = ("location", "gps", "©xyz", "geo")
_WORDS = {
    "audio": "sound track",
    "subtitle": "subtitle track",
    "data": "data track",
    "attachment": "attachment",
    "video": "picture track",
}


def other_streams(container: InputContainer, facts: ClipFacts) -> list[Stream]:
    """The streams beside the treated one. Time code and chapter tracks are left out: the muxer makes its own."""
    return [stream for stream in container.streams if stream.index != facts.stream and not _is_made_anew(stream, container)]


def _is_made_anew(stream: Stream, container: InputContainer) -> bool:
    if stream.type != "data":
        return False
    return "timecode" in stream.metadata or (stream.name == "bin_data" and bool(container.chapters()))


def fits(stream: Stream, muxer: str) -> bool:
    """Whether the container can hold a copy of `stream`, tried with a header in memory."""
    if stream.type == "unknown":
        return False
    try:
        with av.open(io.BytesIO(), "w", format=muxer) as trial:
            trial.add_stream_from_template(stream, **_opaque(stream))
            trial.start_encoding()
    except (av.FFmpegError, ValueError):
        return False
    return True


def _opaque(stream: Stream) -> dict[str, bool]:
    # Without it PyAV looks for an encoder to copy video with.
    return {"opaque": True} if stream.codec_context is not None else {}


def split(container: InputContainer, facts: ClipFacts, muxer: str) -> tuple[list[Stream], list[str]]:
    """The streams to copy into `muxer`, and a sentence for each that has to stay behind."""
    kept, notes = [], []
    for stream in other_streams(container, facts):
        if fits(stream, muxer):
            kept.append(stream)
        else:
            codec = stream.codec_context.name if stream.codec_context else getattr(stream, "name", None) or "unknown"
            language = f", {stream.language}" if stream.language not in (None, "und") else ""
            kind = _WORDS.get(stream.type, "track")
            notes.append(f"The {kind} {stream.index} ({codec}{language}) does not fit into {muxer} and is left out.")
    return kept, notes


def keeping_notes(container: InputContainer, path: Path, facts: ClipFacts) -> list[str]:
    """What would be lost if the clip were written in its own format."""
    suffix = suffix_for(path.suffix)
    _, notes = split(container, facts, MUXERS[suffix])
    if suffix != path.suffix.lower():
        notes.append(f"Clips are not written as {path.suffix or 'files without suffix'}; the result is a {suffix[1:]} file.")
    try:
        notes += choose_encoding(facts, suffix, Output()).notes
    except BadTreatment as error:
        notes.append(str(error))
    return notes


def add_copies(source: list[Stream], sink: OutputContainer, metadata: MetadataChoice) -> dict[int, Stream]:
    """Streams of `sink` that take copies, by index in the source."""
    copies = {}
    for stream in source:
        copy = sink.add_stream_from_template(stream, **_opaque(stream))
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


class Copier:
    """Copies packets of the other streams into a sink, up to the time the picture has reached."""

    def __init__(
        self,
        container: InputContainer,
        copies: dict[int, Stream],
        part: tuple[Fraction, Fraction] | None = None,
        begins_s: Fraction = Fraction(0),
    ) -> None:
        """`copies`: the sink's streams by index in the source `container`.

        Of a `part`, in seconds after `begins_s`, only what starts in it is copied, and moved to where the part begins.
        """
        self._copies = copies
        self._part = part
        self._begins_s = begins_s
        streams = [container.streams[index] for index in copies if container.streams[index].type != "attachment"]
        self._packets: Iterator[Packet[Stream]] = container.demux(*streams) if streams else iter(())
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
        if start is not None and start >= self._last.get(index, start):
            packet.stream = self._copies[index]
            with contextlib.suppress(av.ArgumentError, av.InvalidDataError, av.PatchWelcomeError):
                sink.mux_one(packet)
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
