"""Widgets of our own, and how everything looks."""
