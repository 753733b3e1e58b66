"""Times of frames in containers that only say when a packet is decoded: AVI counts packets, whatever their order on the screen.

The frame shown n-th is shown at the n-th of these times. The packets of a decoder come out in another order, so each frame
takes the earliest time that no frame before it has taken.
"""

from bisect import bisect_left, insort
from fractions import Fraction
from math import gcd

from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

_FORMATS = ("avi",)
_REORDERED = 16  # frames at most that H.264 and HEVC show after one that was decoded later


def grid_of(container: InputContainer, stream: VideoStream) -> Fraction:
    """What all times in an AVI file are whole multiples of, in seconds; its clock may tick faster. 0 for other formats."""
    if container.format.name not in _FORMATS or stream.time_base is None:
        return Fraction(0)
    return gcd(*(entry.timestamp for entry in stream.index_entries if entry.size)) * stream.time_base


class DecodeOrder:
    """Gives frames the times of the packets in order; does nothing in formats that say when a frame is shown."""

    def __init__(self, container: InputContainer) -> None:
        self._counts = container.format.name in _FORMATS
        self._free: list[int] = []  # times that no frame has taken yet, in order

    def sent(self, packet: "Packet[VideoStream]") -> None:
        """`packet` goes to the decoder now."""
        if self._counts and packet.dts is not None and packet.size:
            packet.pts = packet.dts  # what FFmpeg guesses here is not in the file
            insort(self._free, packet.dts)

    def lost(self, packet: "Packet[VideoStream] | None") -> None:
        """No frame comes of `packet`."""
        if packet is not None and packet.dts in self._free:
            self._free.remove(packet.dts)

    def shown(self, frame: VideoFrame) -> None:
        """Give `frame`, the next on the screen, its time."""
        if not self._counts or not self._free:
            return
        own = bisect_left(self._free, self._free[0] if frame.pts is None else frame.pts)
        del self._free[: max(0, own - _REORDERED)]  # of packets of which no frame came
        frame.pts = self._free.pop(0)
