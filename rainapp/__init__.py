"""rainapp takes rain out of photos and videos.

The package is free of Qt outside `rainapp.gui`, and of torch in everything the window needs to appear.
"""

__version__ = "0.1.0"
