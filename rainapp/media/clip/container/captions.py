"""Captions for the deaf that travel inside coded pictures, as broadcasters and players of discs know them."""

_MARKS = (b"GA94\x03", b"\0\0\x01\xb2CC\x01\xf8")  # ATSC A/53 in H.264, HEVC and MPEG-2; line 21 on DVD


def carries_captions(data: bytes) -> bool:
    """Whether a packet of a picture has captions in it."""
    return any(mark in data for mark in _MARKS)
