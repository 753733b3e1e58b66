"""Repair of what rain has covered, by a generative prior, within a mask and a budget."""
