"""Before and after, at 1:1, for the manual: `python build/result_pictures.py OUT.jpg PICTURE:LEFT,TOP,TITLE ...`.

Derains each picture with the default model and sets the crop at LEFT, TOP beside its derained self, one picture a row.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

CROP_PX = (460, 260)
GAP_PX = 8
TEXT_PX = 22
INK = (70, 70, 70)


def pair(picture: Path) -> list[NDArray[np.uint8]]:
    """A picture before and after, (H, W, 3) BGR uint8."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "rainapp", "derain", str(picture), "-o", folder, "--format", "png"], check=True)
        after = next(Path(folder).glob("*.png"))
        return [np.asarray(cv2.imread(str(p), cv2.IMREAD_COLOR), np.uint8) for p in (picture, after)]


def row(argument: str) -> NDArray[np.uint8]:
    """One row of the sheet, with its title above."""
    name, place = argument.rsplit(":", 1)
    left, top, title = place.split(",", 2)
    width, height = CROP_PX
    crops = [p[int(top) : int(top) + height, int(left) : int(left) + width] for p in pair(Path(name))]
    sheet = np.full((height + TEXT_PX + GAP_PX, 2 * width + GAP_PX, 3), 255, np.uint8)
    for index, crop in enumerate(crops):
        start = index * (width + GAP_PX)
        sheet[TEXT_PX : TEXT_PX + crop.shape[0], start : start + crop.shape[1]] = crop
    cv2.putText(sheet, title, (2, TEXT_PX - 7), cv2.FONT_HERSHEY_SIMPLEX, 0.5, INK, 1, cv2.LINE_AA)
    return sheet


def main() -> None:
    """Write the sheet."""
    sheet = np.concatenate([row(argument) for argument in sys.argv[2:]])
    cv2.imwrite(sys.argv[1], sheet, [cv2.IMWRITE_JPEG_QUALITY, 90])


if __name__ == "__main__":
    main()
