"""How fast an audit is, beside kube-score on the same file, and how its time grows.

    python -m benchmarks.audit [--pairs N] [--largest N]

kube-score is built once from the Go proxy, for this comparison only. Each run is a process of its own, timed from outside;
the bound holds when wall or processor time keeps it. Prints a line per comparison, and ends with 1 if a bound is broken.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.offline import Comparison, compare, measure, python

KUBE_SCORE = "github.com/zegl/kube-score/cmd/kube-score@v1.20.0"
TOOLS = Path("~/.cache/realip/tools/kube-score").expanduser()
SERVICES = 10_000
TIME = 1.5
"""How many times kube-score's time an audit may take."""
MOST_MEMORY = 300.0
"""MiB for that many Services."""
MOST_SECONDS = 900.0
GROWTH = 1.3
"""How much dearer a Service among ten times as many may be."""


def kube_score() -> str | None:
    """The program, built if it is not there; None where there is no Go to build it."""
    program = TOOLS / "kube-score"
    if program.exists():
        return str(program)
    if shutil.which("go") is None:
        return None
    TOOLS.mkdir(parents=True, exist_ok=True)
    subprocess.run(["go", "install", KUBE_SCORE], env={**os.environ, "GOBIN": str(TOOLS)}, check=True)
    return str(program)


def service(number: int) -> dict[str, object]:
    """A Service as a team writes it; every other one loses its clients."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": f"app-{number}",
            "namespace": f"team-{number % 100}",
            "labels": {"app": f"app-{number}"},
            "annotations": {"service.cloud.tencent.com/direct-access": "true" if number % 2 else "false"},
        },
        "spec": {
            "type": "LoadBalancer",
            "selector": {"app": f"app-{number}"},
            "ports": [{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}],
        },
    }


def as_yaml(body: object, indent: str = "") -> str:
    """Maps, lists of maps and text as block YAML."""
    if not isinstance(body, dict):
        return f" {json.dumps(body)}\n" if body in ("true", "false") else f" {body}\n"
    lines = ""
    for key, value in body.items():
        if isinstance(value, list):
            items = "".join(f"{indent}  - {as_yaml(item, indent + '    ').lstrip()}" for item in value)
            lines += f"{indent}{key}:\n{items}"
        elif isinstance(value, dict):
            lines += f"{indent}{key}:\n{as_yaml(value, indent + '  ')}"
        else:
            lines += f"{indent}{key}:{as_yaml(value)}"
    return lines


def write(folder: Path, number: int) -> tuple[Path, Path, Path]:
    """The same Services as YAML documents, as one YAML list and as JSON."""
    bodies = [service(each) for each in range(number)]
    documents, listed, compact = (folder / f"{number}{end}" for end in (".yaml", "-list.yaml", ".json"))
    documents.write_text("---\n".join(map(as_yaml, bodies)))
    items = "".join(f"- {as_yaml(body, '  ').lstrip()}" for body in bodies)
    listed.write_text(f"apiVersion: v1\nitems:\n{items}kind: List\nmetadata: {{}}\n")
    compact.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": bodies}, indent=4))
    return documents, listed, compact


def audit(file: Path) -> list[str]:
    """The command; half of the Services have a finding, so it ends with 1."""
    return python("-m", "realip", "audit", str(file), "--json")


def holds(name: str, value: float, bound: float) -> bool:
    """Print a figure beside its bound, and say whether it keeps it."""
    kept = value <= bound
    print(f"{name:<42} {value:8.2f}   at most {bound:g}{'' if kept else '   BROKEN'}", flush=True)
    return kept


def main() -> int:
    """Run everything. Gives the exit code."""
    parser = argparse.ArgumentParser(description="An audit beside kube-score, and how it grows.")
    parser.add_argument("--pairs", type=int, default=5, help="runs of each pair (default: %(default)s)")
    parser.add_argument(
        "--largest", type=int, default=100_000, help="Services of the largest file (default: %(default)s)"
    )
    arguments = parser.parse_args()
    held = []
    with tempfile.TemporaryDirectory() as folder:
        documents, listed, compact = write(Path(folder), SERVICES)
        if (program := kube_score()) is None:
            print("kube-score / nothing to compare with: there is no Go to build it")
        else:
            # It ends with 1 where it finds something, which it does in every file.
            beside = ["sh", "-c", f"{program} score {documents} >/dev/null; test $? -le 1"]
            held.append(
                compare(Comparison("audit / kube-score", audit(documents), beside, time=TIME, code=1), arguments.pairs)
            )
        each = {
            "documents": measure(audit(documents), 1),
            "list": measure(audit(listed), 1),
            "JSON": measure(audit(compact), 1),
        }
        for name, found in each.items():
            held.append(holds(f"MiB for {SERVICES} Services, {name}", found.peak, MOST_MEMORY))
        held.append(holds("JSON / YAML, time", each["JSON"].cpu / each["documents"].cpu, 1.0))
        large, _, _ = write(Path(folder), arguments.largest)
        much = measure(audit(large), 1, most=MOST_SECONDS)
        growth = (much.cpu / arguments.largest) / (each["documents"].cpu / SERVICES)
        held.append(holds(f"{arguments.largest} / {SERVICES} Services, time of each", growth, GROWTH))
        print(f"{'':<42} {much.cpu:8.2f} s, {much.peak:.0f} MiB for {arguments.largest} Services")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
