"""Clips: reading, writing, what is carried over, and going on after a power cut."""
