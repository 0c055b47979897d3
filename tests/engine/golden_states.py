"""The state of each stack as one released version left it: later versions must update it without replacing anything.

`python -m tests.engine.golden_states` writes them anew, all of them or those of the stacks that are named. Do that for a release, and never to make a test pass: a state that
the next version cannot take over is a user's cluster that it would replace.
"""

import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import tools
from tests.engine.conftest import STACKS, start
from tests.engine.driver import WITH_PASSPHRASE, Project
from tests.engine.standins.api_server import ApiServer, KubernetesObject
from tests.engine.standins.cloud import Cloud, Record
from tests.engine.standins.kubernetes import key_from_id

__all__ = ["FOLDER", "adopt", "golden"]

FOLDER = Path(__file__).parent / "golden"
LOCAL = {"created", "modified", "sourcePosition", "stackTrace"}
"""What a state says of the time and the machine on which it was made."""


def golden(stack: str) -> dict[str, Any]:
    """A stack's golden state."""
    return dict(json.loads((FOLDER / f"{stack}.json").read_text()))


def adopt(cloud: Cloud, state: dict[str, Any]) -> None:
    """Let a cloud hold what a state knows, as if it had been made there."""
    resources = [resource for resource in state["deployment"]["resources"] if resource.get("id")]
    for resource in resources:
        kind, identifier, urn = resource["type"], resource["id"], resource["urn"]
        inputs, outputs = resource.get("inputs") or {}, resource.get("outputs") or {}
        if kind.startswith("tencentcloud:"):
            computed = {key: value for key, value in outputs.items() if key not in inputs and key != "id"}
            cloud.add(Record(kind, identifier, urn, inputs, computed))
            if kind.endswith(":Cluster"):
                cloud.servers[identifier] = ApiServer(identifier, global_router=inputs.get("networkType") == "GR")
    cloud.made.clear()
    (server,) = cloud.servers.values()
    server.super_nodes = bool(cloud.of("ServerlessNodePool"))
    (cluster,) = cloud.servers
    for endpoint in cloud.of("ClusterEndpoint"):  # the golden state's credentials are encrypted
        endpoint.computed.update(kubeConfig="", kubeConfigIntranet="", password=cloud.password(cluster))
    for resource in resources:
        if resource["type"].startswith("kubernetes:") and not resource.get("external"):
            if resource["type"].endswith("Patch"):
                server.patch(
                    key_from_id(resource["type"], resource["id"]), "", resource["inputs"], "realip", force=True
                )
                continue
            key = key_from_id(resource["type"], resource["id"])
            live = {name: value for name, value in resource["outputs"].items() if not name.startswith("__")}
            server.objects[key] = KubernetesObject(key, resource["urn"], resource["inputs"], live)
    server.made.clear()


def written(project: Project) -> dict[str, Any]:
    """A project's state without what differs from run to run."""
    state = project.export()
    state["deployment"]["manifest"]["time"] = "2026-01-01T00:00:00Z"
    for resource in state["deployment"]["resources"]:
        for key in LOCAL & resource.keys():
            del resource[key]
    return state


def main() -> int:
    """Bring every stack up and keep its state."""
    FOLDER.mkdir(exist_ok=True)
    for stack in sys.argv[1:] or STACKS:
        with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
            project = start(closing, Path(folder), tools.locate("pulumi"), stack, secrets_provider=WITH_PASSPHRASE)
            project.up("--parallel", "1").succeeded()
            (FOLDER / f"{stack}.json").write_text(json.dumps(written(project), indent=1, sort_keys=True) + "\n")
            sys.stdout.write(f"{stack}: {len(project.resources())} resources\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
