"""`python -m media`."""

import sys

from media.cli import main

if __name__ == "__main__":
    sys.exit(main())
