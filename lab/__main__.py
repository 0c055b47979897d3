"""`python -m lab`."""

import sys

from lab.cli import entry

if __name__ == "__main__":
    sys.exit(entry())
