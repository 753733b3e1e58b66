"""Numbered pictures as clips."""
