"""The rules as admission policies, on a real API server: what would lose its clients is refused in our words, the rest is taken."""

import json
import time
from collections.abc import Iterator

import pytest
import yaml

from realip.audit.admission import policies, policies_text
from realip.audit.rules import RULES
from tests.audit.cases import CASES
from tests.audit.objects import DIRECT, Object, service
from tests.cluster import live
from tools.controlplane import ControlPlane

SECONDS = 30
EXPRESSED = sorted({rule.id for rule in RULES for part in rule.parts if part.cel})
ONE_OBJECT = {"Service", "Ingress"}


def single(text: str) -> Object | None:
    """The only object of a case, where a policy can judge it."""
    bodies = [body for body in yaml.safe_load_all(text) if body]
    return bodies[0] if len(bodies) == 1 and bodies[0]["kind"] in ONE_OBJECT else None


@pytest.fixture(scope="module")
def guarded(control_plane: ControlPlane) -> Iterator[live.Cluster]:
    """A cluster with the policies in force."""
    cluster = live.Cluster(control_plane)
    plane = cluster.plane
    plane.kubectl("create", "namespace", "shop")
    plane.kubectl("apply", "--server-side", "--filename=-", stdin=policies_text())
    deadline = time.monotonic() + SECONDS
    while "RIP001" not in tried(cluster, service(annotations={DIRECT: "false"})):
        assert time.monotonic() < deadline, "the policies are not in force"
        time.sleep(0.2)
    yield cluster
    plane.kubectl("delete", "--filename=-", stdin=policies_text())
    plane.kubectl("delete", "namespace", "shop")


def tried(cluster: live.Cluster, body: Object) -> str:
    """The answer of the API server to an object that it would take or refuse; nothing is made."""
    done = cluster.plane.try_kubectl("create", "--dry-run=server", "--filename=-", stdin=json.dumps(body))
    return ("refused: " if done.returncode else "taken: ") + done.stderr


def test_bad_objects_are_refused_or_warned_of_and_good_ones_taken(guarded: live.Cluster) -> None:
    weights = {rule.id: rule.severity for rule in RULES}
    wrong: list[tuple[str, str, str]] = []
    tested = set()
    for rule in EXPRESSED:
        for text in CASES[rule].found:
            if (body := single(text)) is not None:
                said = tried(guarded, body)
                if f"{rule}: " in said:
                    tested.add(rule)
                    warned = any(f"{rule}: " in line for line in said.splitlines() if "Warning: " in line)
                    if warned is (weights[rule] == "error") or (not warned and said.startswith("taken")):
                        wrong.append((rule, "weight", said))
        good = [body for text in CASES[rule].not_found if (body := single(text)) is not None]
        wrong += [(rule, "found", said) for body in good if f"{rule}: " in (said := tried(guarded, body))]
    assert wrong == []
    assert tested == set(EXPRESSED)


def test_what_an_annotation_accepts_is_taken(guarded: live.Cluster) -> None:
    accepted = {DIRECT: "false", "realip.audit/ignore": "RIP001: probes only"}
    assert tried(guarded, service(annotations=accepted)).startswith("taken")
    assert tried(guarded, service(annotations=accepted | {"realip.audit/ignore": "RIP011: x"})).startswith("refused")


def test_the_policies_are_valid_and_few() -> None:
    made = list(policies())
    assert {each["kind"] for each in made} == {"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}
    assert len({each["metadata"]["name"] for each in made}) * 2 == len(made)
