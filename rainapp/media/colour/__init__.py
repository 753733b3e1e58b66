"""Colours: code points, profiles, and pixels as red, green and blue."""
