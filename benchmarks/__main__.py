"""All comparisons, one after another: `python -m benchmarks [offline|verify|audit|engine|fleet ...]`. Exits with 1 if one is over its bound.

`engine` and `fleet` need what `make tools` builds, `audit` builds kube-score, and all take some minutes, so they run when they are named.
"""

import subprocess
import sys

_ALWAYS = ("offline", "verify")

if __name__ == "__main__":
    chosen = sys.argv[1:] or _ALWAYS
    codes = [subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode for name in chosen]
    raise SystemExit(max(codes))
