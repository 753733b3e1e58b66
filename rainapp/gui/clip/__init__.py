"""Clips in the window: player, film strip, flicker."""
