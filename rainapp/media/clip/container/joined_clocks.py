"""Recordings that were put end to end: their clocks begin anew, or leap, and the packets are given one clock that goes on.

Transport and program streams may be joined byte by byte (cameras cut long takes so, receivers pause). At a joint every stream
gets the same offset, so that picture and sound stay together; it is chosen so that the picture goes on after its usual step.
A joint is where the picture's clock leaps and stays there: a single wrong time is damage, and left as it is.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

FORMATS = frozenset(("mpegts", "mpeg", "flv", "ogg"))  # whose files may be joined byte by byte
_BACK_S = Fraction(1, 10)
_FORTH_S = 10  # a camera's picture may stand still for seconds
_HELD = 1000  # packets that are waited with until the picture tells whether there is a joint
_SCANNED_BYTES = 64 << 20  # larger files are not looked through for their true duration

AnyPacket: TypeAlias = "Packet[Stream]"


def may_be_joined(container: InputContainer) -> bool:
    """Whether the format of `container` is one whose clock may begin anew."""
    return bool(FORMATS.intersection(container.format.name.split(",")))


def demuxed(container: InputContainer, wanted: Iterable[Stream], picture: int) -> Iterator[AnyPacket]:
    """The packets of the streams `wanted`, on one clock; `picture` is the index of the stream that leads."""
    indices = {stream.index for stream in wanted}
    if not may_be_joined(container):
        yield from container.demux(*(container.streams[index] for index in sorted(indices)))
        return
    every = [stream for stream in container.streams if stream.type != "attachment"]
    yield from (packet for packet in Continuous(container.demux(*every), picture) if packet.stream_index in indices)


@dataclass
class _Clock:
    """Where a stream stands: its newest time in the file, its segment, and its newest time given out, in ticks."""

    raw_s: Fraction | None = None
    segment: int = 0
    out: int | None = None


class Continuous:
    """Packets of all streams of a file in its order, with times that go on over joints; `step_s`: the picture's usual step."""

    def __init__(self, packets: Iterable[AnyPacket], picture: int) -> None:
        self._packets = packets
        self._picture = picture
        self._clocks: dict[int, _Clock] = {}
        self._offsets_s = [Fraction(0)]
        self._begins: list[int | None] = [None]  # where in the file each segment begins
        self.step_s = Fraction(1, 25)
        self._waits: deque[int] = deque(maxlen=32)  # ticks between decoding and showing lately
        self._held: list[AnyPacket] = []

    @property
    def joints(self) -> int:
        """How many joints there were so far."""
        return len(self._offsets_s) - 1

    def __iter__(self) -> Iterator[AnyPacket]:
        """Yield the packets."""
        for packet in self._packets:
            if not self._held and not self._leaps(packet):
                yield self._placed(packet)
                continue
            self._held.append(packet)
            if self._settled() or len(self._held) >= _HELD:
                yield from self._released()
        self._settled(ended=True)
        yield from self._released()

    def _leaps(self, packet: AnyPacket) -> bool:
        """Whether the packet's time does not follow from its stream's, where no known joint explains it."""
        clock, time_s = self._clock(packet), _time_s(packet)
        if time_s is None or clock.raw_s is None or clock.segment < self.joints:
            return False
        return self._is_leap(clock.raw_s, time_s)

    def _is_leap(self, before_s: Fraction, time_s: Fraction) -> bool:
        if time_s < before_s - _BACK_S:
            return True
        newest_s = max((clock.raw_s for clock in self._clocks.values() if clock.raw_s is not None), default=before_s)
        return time_s > max(before_s, newest_s) + _FORTH_S

    def _clock(self, packet: AnyPacket) -> _Clock:
        return self._clocks.setdefault(packet.stream_index, _Clock())

    def _settled(self, *, ended: bool = False) -> bool:
        """Whether the packets held show a joint (then it is opened), or that there is none; `ended`: no more will come."""
        before_s = self._clocks.get(self._picture, _Clock()).raw_s
        leapt: AnyPacket | None = None
        for packet in self._held:
            time_s = _time_s(packet)
            if packet.stream_index != self._picture or time_s is None or before_s is None:
                continue
            if leapt is None:
                if self._is_leap(before_s, time_s):
                    leapt = packet
                else:
                    before_s = time_s
                continue
            if not self._is_near(_time_s(leapt), time_s):
                return True  # back on its old clock: only one time was wrong
            self._open(leapt, before_s)
            return True
        if ended and leapt is not None and before_s is not None:
            self._open(leapt, before_s)
        return False

    @staticmethod
    def _is_near(one_s: Fraction | None, other_s: Fraction) -> bool:
        return one_s is not None and abs(other_s - one_s) < 2

    def _open(self, first: AnyPacket, before_s: Fraction) -> None:
        """Begin a segment with the picture's packet `first`; `before_s` is the picture's last time in the old one."""
        time_s = _time_s(first)
        assert time_s is not None
        self._offsets_s.append(self._offsets_s[-1] + before_s + self.step_s - time_s)
        self._begins.append(first.pos)

    def _released(self) -> Iterator[AnyPacket]:
        held, self._held = self._held, []
        yield from map(self._placed, held)

    def _placed(self, packet: AnyPacket) -> AnyPacket:
        """Move the packet onto the one clock."""
        clock, time_s = self._clock(packet), _time_s(packet)
        if time_s is None or packet.time_base is None:
            return packet
        while clock.segment < self.joints and self._enters(packet, clock, time_s):
            clock.segment += 1
            clock.raw_s = None
        if packet.stream_index == self._picture and clock.raw_s is not None and 0 < time_s - clock.raw_s < 1:
            self.step_s = time_s - clock.raw_s
        clock.raw_s = time_s
        if packet.stream_index == self._picture:
            self._mend_showing(packet)
        if clock.segment:
            _shift(packet, round(self._offsets_s[clock.segment] / packet.time_base), clock.out)
        clock.out = packet.dts if packet.dts is not None else packet.pts
        return packet

    def _mend_showing(self, packet: AnyPacket) -> None:
        """At a joint the last picture may have been given the time of the next recording's first: it waits as others did."""
        if packet.pts is None or packet.dts is None or packet.time_base is None:
            return
        wait = packet.pts - packet.dts
        if wait * packet.time_base < _FORTH_S:
            self._waits.append(wait)
        elif self._waits:
            packet.pts = packet.dts + max(self._waits)

    def _enters(self, packet: AnyPacket, clock: _Clock, time_s: Fraction) -> bool:
        """Whether the packet belongs to the segment after its stream's."""
        begins = self._begins[clock.segment + 1]
        if begins is not None and packet.pos is not None and packet.pos >= begins:
            return True
        if clock.raw_s is None:
            return False
        return time_s < clock.raw_s - _BACK_S or time_s > clock.raw_s + _FORTH_S


def _time_s(packet: AnyPacket) -> Fraction | None:
    ticks = packet.dts if packet.dts is not None else packet.pts
    return None if ticks is None or packet.time_base is None else ticks * packet.time_base


def _shift(packet: AnyPacket, ticks: int, last: int | None) -> None:
    """Add `ticks` to the times of a packet; sound that laps over the joint follows what came before it: none is lost."""
    start = packet.dts if packet.dts is not None else packet.pts
    late = 0 if last is None or start is None or last - start - ticks < 0 else last + 1 - start - ticks
    if packet.pts is not None:
        packet.pts += ticks + late
    if packet.dts is not None:
        packet.dts += ticks + late


def lasts_s(path: Path, container: InputContainer, picture: int) -> float | None:
    """How long the picture of a joined file lasts; None for others, and for files too large to look through.

    `container` is read to its end.
    """
    if not may_be_joined(container) or path.stat().st_size > _SCANNED_BYTES:
        return None
    every = [stream for stream in container.streams if stream.type != "attachment"]
    packets = Continuous(container.demux(*every), picture)
    first = last = None
    try:
        for packet in packets:
            time_s = _time_s(packet)
            if packet.stream_index == picture and time_s is not None:
                first, last = (time_s if first is None else first), time_s
    except av.FFmpegError:
        pass  # what was readable counts
    return float(last - first + packets.step_s) if packets.joints and first is not None and last is not None else None
