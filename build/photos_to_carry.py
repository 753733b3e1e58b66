"""Clean photos small enough to be sent to a machine with a GPU: `python build/photos_to_carry.py FOLDER… --out local/clean`.

Of every photo the middle at full size, so that rain drawn on it is as wide as on the photo, as JPEG without reduced colour; as
many as fit `--megabytes`, of every folder alike. The same folders give the same files.
"""

import argparse
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2

SIDE_PX = 640
QUALITY = 92
SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".webp", ".bmp")
HOW = [cv2.IMWRITE_JPEG_QUALITY, QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]


def photos(folders: Sequence[Path]) -> Iterator[Path]:
    """One photo of each folder in turn."""
    each = [sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES) for folder in folders]
    yield from (path for row in itertools.zip_longest(*each) for path in row if path is not None)


def middle(photo: Path) -> bytes | None:
    """The middle of a photo as a JPEG file; None where it cannot be read or is smaller than a crop of training."""
    pixels = cv2.imread(str(photo), cv2.IMREAD_COLOR)
    if pixels is None or min(pixels.shape[:2]) < 256:
        return None
    top, left = (max(0, (side - SIDE_PX) // 2) for side in pixels.shape[:2])
    done, packed = cv2.imencode(".jpg", pixels[top : top + SIDE_PX, left : left + SIDE_PX], HOW)
    return bytes(packed) if done else None


def main(words: Sequence[str] | None = None) -> int:
    """Pack; exit code 1 where no photo was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--megabytes", type=float, default=24.0)
    args = parser.parse_args(words)
    args.out.mkdir(parents=True, exist_ok=True)
    count, left = 0, int(args.megabytes * 1e6)
    for photo in photos(args.folders):
        packed = middle(photo)
        if packed is None:
            continue
        left -= len(packed)
        if left < 0:
            break
        (args.out / f"{count:04}.jpg").write_bytes(packed)
        count += 1
    print(f"{count} photos, {args.megabytes - max(left, 0) / 1e6:.1f} MB, in {args.out}")
    return 0 if count else 1


if __name__ == "__main__":
    raise SystemExit(main())
