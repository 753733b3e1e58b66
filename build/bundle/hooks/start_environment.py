"""Runs before the application: programs that it opens find the system's libraries, not those of the bundle.

What starts a frozen program on Linux puts the bundle's folder before the person's own LD_LIBRARY_PATH. The loader has
read it by now. A file manager or a browser that is opened from here would load our libraries and might not start.
"""

import os

for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
    before = os.environ.pop(f"{name}_ORIG", None)
    if before is not None:
        os.environ[name] = before
    else:
        os.environ.pop(name, None)
