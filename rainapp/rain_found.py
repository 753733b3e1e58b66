"""Whether a picture held rain, judged by what was taken away."""

import cv2

from rainapp.image import Frame

FLOOR = 0.002  # mean change, of 1, below which a picture is said to hold no rain (science.md 10.6)


def rain_found(frame: Frame, strength: float) -> bool:
    """Whether the change from `frame.source` to `frame.image`, made at `strength`, is more than a dry picture's."""
    before, after = frame.source.pixels, frame.image.pixels
    mean = cv2.norm(before, after, cv2.NORM_L1) / before.size / frame.image.peak
    return mean > FLOOR * min(strength, 1.0) if strength else False
