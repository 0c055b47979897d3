"""The components as a Pulumi plugin, which the engine starts for programs in other languages."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from realip.hosting import serve

if __name__ == "__main__":
    serve()
