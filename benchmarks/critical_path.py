"""The critical path of a stack's first `up`, on a cloud that takes its usual times.

The stand-ins keep the engine waiting as long as Tencent Cloud usually does, scaled down. What the cloud itself demands is the
longest chain of things that need each other; what a program adds to it by waiting for what it does not need, and what engine
and program take, is the rest. The path is drawn from the engine's own events, in the cloud's seconds.

    python -m benchmarks.critical_path [--scale S] [STACK ...]

Exits with 1 where `up` took more than 1.05 of the longest chain. The smaller the scale, the more the engine's own seconds
weigh.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tools
from tests.engine.conftest import start
from tests.engine.driver import Operation, Project

BOUND = 1.05
SCALE = 0.5
STACKS = ("vpc-cni-direct-native", "globalrouter-nondirect-native")
USUAL = {
    "Gateway": 40.0,
    "Cluster": 240.0,
    "NativeNodePool": 120.0,
    "ServerlessNodePool": 120.0,
    "ClusterEndpoint": 150.0,
    "LoadBalancer": 20.0,
}
"""Seconds that a create takes; what is not named is quick."""
DEMANDS: Mapping[str, tuple[str, ...]] = {
    "Gateway": (),
    "Cluster": (),
    "NativeNodePool": ("Cluster", "Gateway"),
    "ServerlessNodePool": ("Cluster", "Gateway"),
    "ClusterEndpoint": ("NativeNodePool", "ServerlessNodePool"),
    "LoadBalancer": ("ClusterEndpoint",),
}
"""What has to be there before something can begin: nodes join a cluster and pull images through the NAT gateway; an endpoint
needs a node (the provider's `CheckOneOfClusterNodeReady`); an object of Kubernetes needs the endpoint."""
COLUMNS = 40


@dataclass(frozen=True)
class Bar:
    """When the engine began and ended to make a resource, in seconds since `up` began."""

    urn: str
    begin: float
    end: float

    @property
    def kind(self) -> str:
        """The last part of the type token."""
        return self.urn.split("::")[2].rpartition(":")[2]

    @property
    def name(self) -> str:
        """The name in the program."""
        return self.urn.rpartition("::")[2]


def demanded(kind: str = "LoadBalancer") -> float:
    """The longest chain that ends in a thing of this kind, in the cloud's seconds."""
    return USUAL[kind] + max((demanded(needed) for needed in DEMANDS[kind]), default=0.0)


def bars(operation: Operation, began: float) -> dict[str, Bar]:
    """What the engine's events say of each resource. They come in whole seconds."""
    begun: dict[str, float] = {}
    found: dict[str, Bar] = {}
    for event in operation.events:
        at = float(event["timestamp"]) - began
        for name in ("resourcePreEvent", "resOutputsEvent"):
            metadata = (event.get(name) or {}).get("metadata")
            if metadata and metadata["op"] == "create":
                urn = metadata["urn"]
                if name == "resourcePreEvent":
                    begun[urn] = at
                elif urn in begun:
                    found[urn] = Bar(urn, max(begun[urn], 0.0), at)
    return found


def critical_path(made: Mapping[str, Bar], resources: Sequence[Mapping[str, Any]]) -> list[Bar]:
    """From the resource that was done last back to the one that waited for nothing: each was made as soon as the one before."""
    needs = {resource["urn"]: set(_needs(resource)) for resource in resources}
    last = max((bar for bar in made.values() if ":index:" not in bar.urn.split("::")[2].split("$")[-1]), key=_by_end)
    path = [last]
    while before := [made[urn] for urn in needs.get(path[0].urn, ()) if urn in made]:
        path.insert(0, max(before, key=_by_end))
    return path


def _by_end(bar: Bar) -> tuple[float, float]:
    return bar.end, bar.begin


def _needs(resource: Mapping[str, Any]) -> Iterator[str]:
    """What the engine waited for before it made a resource; a parent is there at once."""
    yield from resource.get("dependencies") or ()
    for group in (resource.get("propertyDependencies") or {}).values():
        yield from group or ()
    if resource.get("provider"):
        yield resource["provider"].rpartition("::")[0]


def draw(path: Sequence[Bar], wall: float, scale: float) -> Iterator[str]:
    """The path as bars over the time that `up` took."""
    width = max(len(bar.name) for bar in path)
    for bar in path:
        left, right = (round(COLUMNS * at / wall) for at in (bar.begin, bar.end))
        line = f"{' ' * left}{'█' * (right - left) or '·'}"
        usual = f"{USUAL[bar.kind]:.0f} s usually" if bar.kind in USUAL else ""
        yield f"  {bar.name:<{width}} {line:<{COLUMNS + 1}} {bar.begin / scale:5.0f} to {bar.end / scale:4.0f} s  {usual}".rstrip()


def measure(stack: str, scale: float) -> bool:
    """Bring one stack up, show its path; whether it is within the bound."""
    spent = {kind: seconds * scale for kind, seconds in USUAL.items()}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
        project: Project = start(closing, Path(folder), tools.locate("pulumi"), stack, creation_seconds=spent)
        project.preloaded = False
        project.deadline = 10 * demanded()
        began, clock = time.time(), time.perf_counter()
        operation = project.up().succeeded()
        wall = time.perf_counter() - clock
        path = critical_path(bars(operation, began), project.resources())
    chain = demanded() * scale
    ratio = wall / chain
    sys.stdout.write(f"{stack}, in the cloud's seconds (one takes {scale:g} s here)\n")
    sys.stdout.write("\n".join(draw(path, wall, scale)) + "\n")
    sys.stdout.write(
        f"  up {wall / scale:.0f} s, the cloud demands {demanded():.0f} s: {ratio:.3f}   bound {BOUND:.2f}\n\n"
    )
    sys.stdout.flush()
    return ratio <= BOUND


def main() -> int:
    """Measure the stacks that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stacks", nargs="*", default=STACKS, metavar="STACK")
    parser.add_argument("--scale", type=float, default=SCALE, help="real seconds for one of the cloud's (0.5)")
    options = parser.parse_args()
    within = [measure(stack, options.scale) for stack in options.stacks]
    return 0 if all(within) else 1


if __name__ == "__main__":
    raise SystemExit(main())
