"""Containers of clips: what they say that FFmpeg does not pass on, and clocks put in order."""
