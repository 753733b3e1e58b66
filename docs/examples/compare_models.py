"""Score every model on pairs of rainy and clean pictures, with the row of doing nothing.

python docs/examples/compare_models.py RAINY CLEAN
"""

import sys

import rainapp

names = [card.id for card in rainapp.models()]
for score in rainapp.evaluate(sys.argv[1], sys.argv[2], models=[*names, "identity"]):
    low, high = score.ci95
    print(f"{score.model:<12} {score.psnr_y:6.2f} dB ({low:.2f} to {high:.2f})  {score.rain_removed:5.2f} of the rain removed")
