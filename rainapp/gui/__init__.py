"""The window: PySide6 widgets over the same job records that the command line uses.

Nothing here imports torch, decodes a file or computes on the GUI thread; `app` tells the boot order.
"""
