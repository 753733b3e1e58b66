"""From rainy frames to derained ones: tiles, sizes, the net, and what is left alone."""
