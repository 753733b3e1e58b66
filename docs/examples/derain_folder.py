"""Derain every picture of a folder with Pillow, keeping profile and size, into another folder.

python docs/examples/derain_folder.py FROM TO
"""

import sys
from pathlib import Path

from PIL import Image

import rainapp

source, target = Path(sys.argv[1]), Path(sys.argv[2])
target.mkdir(parents=True, exist_ok=True)
for file in sorted(source.glob("*.jpg")) + sorted(source.glob("*.png")):
    picture = Image.open(file).convert("RGB")
    clear = rainapp.derain(picture)
    clear.save(target / f"{file.stem}.png", icc_profile=picture.info.get("icc_profile"))
    print(file.name)
