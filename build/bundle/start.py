"""What the frozen application runs: `rainapp`, as the installed command does."""

import sys

from rainapp.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
