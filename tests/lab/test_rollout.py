"""A rolling update loses no request and no client's address: the preStop pause that the stacks render gives the load balancer time."""

import json
import subprocess
import sys
from typing import Any

import pytest

from lab.proof.verdict import READS
from lab.rig.lab import Lab
from lab.rig.shell import inside, wait_for
from realip.scenarios import by_slug
from tests.lab.conftest import PROJECT, Round

# Longer than the pause before SIGTERM (10 s) and the end of what follows, so that the old pods go while the probes run.
SECONDS = 16


@pytest.mark.parametrize("slug", ["vpc-cni-direct-native", "vpc-cni-nondirect-native"])
def test_a_rollout_loses_no_request(round_: Round, slug: str) -> None:
    assert round_.results
    scenario = by_slug(slug)
    assert scenario
    lab = Lab(scenario)
    old = {pod["metadata"]["name"] for pod in lab.pods()}
    words = ["--url", f"http://{lab.address}/", "--reads", READS[scenario.reads], "--expect", str(lab.layout.client)]
    command = [sys.executable, "-m", "realip", "verify", *words, f"--during-rollout={SECONDS}", "--json"]
    namespace = f"--namespace={scenario.names.namespace}"
    with subprocess.Popen(
        inside(lab.layout.namespace("client"), command), cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        lab.kubectl("rollout", "restart", f"deployment/{scenario.names.deployment}", namespace)
        wait_for(
            "the old pods to be gone", lambda: not old & {pod["metadata"]["name"] for pod in lab.pods()}, seconds=60
        )
        assert process.poll() is None, "the probes ended before the rollout did, so they prove nothing"
        output, errors = process.communicate(timeout=60)
    report: dict[str, Any] = json.loads(output)
    assert process.returncode == 0, report["summary"] + errors.decode()
    assert report["verdict"] == "preserved", report["summary"]
    assert (report["rollout"]["refused"], report["rollout"]["lost"]) == (0, 0), report["summary"]
    assert old & set(report["pods"]), "no old pod answered, so nothing was seen of the change"
    assert set(report["pods"]) - old, "no new pod answered"
