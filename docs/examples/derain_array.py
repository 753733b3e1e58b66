"""Take the rain out of a photo as an array, and see how much was taken.

python docs/examples/derain_array.py PHOTO
"""

import sys

import numpy as np

import rainapp

photo = rainapp.derain(sys.argv[1], strength=0.0)  # nothing taken: the photo as an array (H, W, 3)
clear = rainapp.derain(photo)
taken = np.abs(clear.astype(np.float32) - photo).mean()
print(f"{photo.shape[1]}x{photo.shape[0]}, {photo.dtype}: {taken:.2f} levels taken in the mean")
