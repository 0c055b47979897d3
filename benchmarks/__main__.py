"""All comparisons, one after another: `python -m benchmarks [offline|verify|engine ...]`. Exits with 1 if one is over its bound.

`engine` needs what `make tools` builds and takes some minutes, so it runs when it is named.
"""

import subprocess
import sys

_ALWAYS = ("offline", "verify")

if __name__ == "__main__":
    chosen = sys.argv[1:] or _ALWAYS
    codes = [subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode for name in chosen]
    raise SystemExit(max(codes))
