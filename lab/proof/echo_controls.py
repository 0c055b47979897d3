"""The echo app as a stack renders it: its program from a ConfigMap, without root, on a port below 1024."""

from typing import Any

import yaml

from lab.proof.changes import objects
from lab.proof.control import Outcome, from_client
from lab.proof.own import OWN_LABEL, ready_pod
from lab.rig.deploy import render_stack
from lab.rig.lab import Lab

NAME = "control-echo"
CONFIG = {
    "app.echo": "true",
    "app.port": 80,
    "app.replicas": 1,
    **{f"app.{what}": NAME for what in ("deployment", "service", "label")},
}


def echo_app(lab: Lab) -> Outcome:
    """`app.echo` instead of the guide's image: no image of anybody's is needed to see the client."""
    with objects(lab, *_rendered(lab)):
        ready_pod(lab, NAME)
        entry = lab.wait_bound(f"Service {lab.scenario.names.namespace}/{NAME}", direct=True)
        answer = from_client(lab, entry["address"])
    passed = answer.verdict == "preserved" and answer.exit_code == 0
    return Outcome(answer.verdict, ", ".join(answer.saw), answer.summary, passed, answer.predicted)


def _rendered(lab: Lab) -> list[dict[str, Any]]:
    """The objects that the stack renders, marked as a control's."""
    folder = render_stack(lab.scenario.slug, lab.folder / NAME, CONFIG)
    found = [each for path in sorted(folder.glob("*.yaml")) for each in yaml.safe_load_all(path.read_text("utf-8"))]
    for each in found:
        each["metadata"].setdefault("labels", {})[OWN_LABEL] = "control"
    return found
