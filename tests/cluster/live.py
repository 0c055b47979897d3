"""What the cluster tests do again and again: render a stack, apply it as its users do, look at what the server holds."""

import contextlib
import functools
import itertools
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from realip import tke
from realip.scenarios import SCENARIOS
from tests.cluster.api import Api
from tools.controlplane import ControlPlane, KubectlFailed
from tools.waiting import wait_for

ROOT = Path(__file__).parents[2]
STACKS = [scenario.slug for scenario in SCENARIOS]
SETTLE_SECONDS = 30.0
OUR_MANAGER = "kubectl"
TKE_MANAGER = "service-controller"
"""The field manager that stands for TKE's controllers."""

Object = dict[str, Any]


@dataclass(frozen=True)
class Render:
    """What ``realip render`` wrote for one stack."""

    stack: str
    files: tuple[Path, ...]

    @property
    def objects(self) -> list[Object]:
        """Every object, in the order of the files and in the files."""
        return [found for file in self.files for found in objects_in(file)]

    @property
    def patch(self) -> Path | None:
        """The file that holds GlobalRouteDirectAccess, or None."""
        files = [file for file in self.files if any(_is_patch(found) for found in objects_in(file))]
        return files[0] if files else None

    def only(self, kind: str) -> Object:
        """The one object of a kind."""
        (found,) = (found for found in self.objects if found["kind"] == kind)
        return found

    def has(self, kind: str) -> bool:
        """Whether there is an object of a kind."""
        return any(found["kind"] == kind for found in self.objects)

    @property
    def namespace(self) -> str:
        """Where the app lives."""
        namespace: str = self.only("Deployment")["metadata"]["namespace"]
        return namespace


def objects_in(file: Path) -> list[Object]:
    """The objects of one file."""
    return [found for found in yaml.safe_load_all(file.read_text()) if found]


def _is_patch(found: Object) -> bool:
    return (found["metadata"].get("namespace"), found["metadata"]["name"]) == tke.SERVICE_CONTROLLER_CONFIG


def render(stack: str, folder: Path, *settings: str) -> Render:
    """Run ``python -m realip render`` into ``folder``, with settings such as ``app.replicas=5``."""
    options = [option for setting in settings for option in ("--config", setting)]
    command = [sys.executable, "-m", "realip", "render", stack, "-o", str(folder), *options]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    files = tuple(sorted(path for path in folder.rglob("*") if path.suffix in {".yaml", ".yml"}))
    assert files, f"nothing was rendered for {stack}"
    return Render(stack, files)


@dataclass
class Cluster:
    """A cluster, through the eyes of the person who applies renders to it."""

    plane: ControlPlane

    @functools.cached_property
    def api(self) -> Api:
        """Requests that need no kubectl, which takes a tenth of a second of a processor each time."""
        return Api(self.plane)

    def apply_files(self, *files: Path, force: bool = False) -> subprocess.CompletedProcess[str]:
        """Server-side apply with strict validation of files in their order."""
        options = ["--force-conflicts"] if force else []
        return self.plane.try_kubectl("apply", "--server-side", "--validate=strict", *options, *_filenames(files))

    def apply(self, rendered: Render, *, force: bool = False) -> list[str]:
        """Apply a render in its order, the patch by force as its documentation says, or all of it; the warnings."""
        warnings: list[str] = []
        for forced, files in itertools.groupby(rendered.files, lambda file: force or file == rendered.patch):
            answer = self.apply_files(*files, force=forced)
            if answer.returncode:
                raise KubectlFailed(answer.stderr.strip())
            warnings += [line for line in answer.stderr.splitlines() if line.strip()]
        return warnings

    def snapshot(self, rendered: Render) -> dict[tuple[str, str], Object]:
        """The live objects of a render, by kind and name."""
        found = self.plane.get(*_filenames(rendered.files))["items"]
        return {(item["kind"], item["metadata"]["name"]): item for item in found}

    def one(self, found: Object) -> Object:
        """The live state of one object."""
        return self.plane.get(*reference(found))

    def settle(self, rendered: Render, pods: int | None = None) -> None:
        """Wait until the controllers have nothing left to do for the Deployment: its newest pods are there and available.

        No kubelet is here to say that pods run, so this says it.
        """
        name = rendered.only("Deployment")["metadata"]["name"]

        def settled() -> bool:
            live, newest = self._deployment_and_pods(rendered)
            self._run([pod for pod in newest if pod["status"]["phase"] != "Running"])
            status = live.get("status", {})
            wanted = live["spec"]["replicas"]
            return (
                wanted == (pods or wanted)
                and status.get("observedGeneration") == live["metadata"]["generation"]
                and all(status.get(count) == wanted for count in ("replicas", "updatedReplicas", "availableReplicas"))
                # The last thing that the controller writes.
                and {"type": "Progressing", "reason": "NewReplicaSetAvailable"}.items()
                <= next((found for found in status["conditions"] if found["type"] == "Progressing"), {}).items()
            )

        wait_for(
            f"the pods of {name} ({pods or 'as many as it says'})",
            settled,
            SETTLE_SECONDS,
            lambda: json.dumps(self.one(rendered.only("Deployment")).get("status"), indent=1),
        )

    def _run(self, pods: list[Object]) -> None:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": now}]}
        for pod in pods:
            path = "/api/v1/namespaces/{namespace}/pods/{name}".format_map(pod["metadata"])
            self._ask("PATCH", f"{path}/status?fieldManager=kubelet", {"status": status})

    def pods(self, rendered: Render) -> list[Object]:
        """The pods that the Deployment selects, without those that are going."""
        return self._deployment_and_pods(rendered)[1]

    def _deployment_and_pods(self, rendered: Render) -> tuple[Object, list[Object]]:
        wanted = rendered.only("Deployment")
        # The Deployment carries the label that it selects pods by.
        labels = wanted["spec"]["selector"]["matchLabels"]
        selector = quote(",".join(f"{key}={value}" for key, value in labels.items()))
        deployment = f"/apis/apps/v1/namespaces/{rendered.namespace}/deployments/{wanted['metadata']['name']}"
        pods = self.api.items(f"/api/v1/namespaces/{rendered.namespace}/pods?labelSelector={selector}")
        return (
            self.api.ask("GET", deployment),
            [{"apiVersion": "v1", "kind": "Pod", **pod} for pod in pods if "deletionTimestamp" not in pod["metadata"]],
        )

    def refusal(self, rendered: Render) -> str:
        """Why pods of the Deployment were not admitted; empty where none was refused."""
        conditions = self.one(rendered.only("Deployment")).get("status", {}).get("conditions", [])
        return "".join(found["message"] for found in conditions if found["type"] == "ReplicaFailure")

    def write(self, found: Object, *, status: Object | None = None, **metadata: Object | list[str]) -> None:
        """Change an object as one of TKE's controllers does: merge metadata into it, and set its status."""
        patch = json.dumps({"metadata": metadata})
        self.plane.kubectl(
            "patch", *reference(found), "--type=merge", f"--field-manager={TKE_MANAGER}", "--patch", patch
        )
        if status is not None:
            self.plane.kubectl(
                *("patch", *reference(found), "--subresource=status", "--type=merge"),
                *(f"--field-manager={TKE_MANAGER}", "--patch", json.dumps({"status": status})),
            )

    def create(self, found: Object, manager: str = TKE_MANAGER) -> None:
        """Make an object as somebody else."""
        self.plane.kubectl("create", f"--field-manager={manager}", "--filename=-", stdin=json.dumps(found))

    def clean(self) -> None:
        """Remove everything that tests made, so that the next one finds a new cluster."""
        for item in self._leftovers():
            if item["metadata"].get("finalizers"):
                self._ask("PATCH", _path(item), {"metadata": {"finalizers": None}})
            self._ask("DELETE", _path(item))
        namespace, name = tke.SERVICE_CONTROLLER_CONFIG
        self._ask("DELETE", f"/api/v1/namespaces/{namespace}/configmaps/{name}")
        wait_for(
            "the end of what was deleted", lambda: not self._leftovers(), SETTLE_SECONDS, lambda: str(self._leftovers())
        )
        for item in self.api.items("/api/v1/namespaces"):
            path = f"/api/v1/namespaces/{item['metadata']['name']}"
            if item["metadata"]["name"] not in SYSTEM_NAMESPACES:
                self._ask("DELETE", path)
                # It is empty already; the namespace controller would look at it after five seconds only.
                nothing_to_do = {
                    "apiVersion": "v1",
                    "kind": "Namespace",
                    "metadata": {"name": item["metadata"]["name"]},
                }
                self._ask("PUT", f"{path}/finalize", {**nothing_to_do, "spec": {}})
            elif any(label in item["metadata"]["labels"] for label in POD_SECURITY):
                self._ask("PATCH", path, {"metadata": {"labels": dict.fromkeys(POD_SECURITY)}})

    def _ask(self, method: str, path: str, body: object = None) -> None:
        """A request about something that a controller may have taken away meanwhile."""
        with contextlib.suppress(LookupError):
            self.api.ask(method, path, body)

    def _leftovers(self) -> list[Object]:
        return [
            {"path": path, **item}
            for path in MADE
            for item in self.api.items(path)
            if (path, item["metadata"]["name"]) != ("/api/v1/services", "kubernetes")
        ]


MADE = [
    "/apis/autoscaling/v2/horizontalpodautoscalers",
    "/apis/policy/v1/poddisruptionbudgets",
    "/apis/apps/v1/deployments",
    "/apis/apps/v1/replicasets",
    "/api/v1/pods",
    "/api/v1/services",
    "/apis/networking.k8s.io/v1/ingresses",
]
"""Where the server lists what tests make."""
POD_SECURITY = ("pod-security.kubernetes.io/enforce", "pod-security.kubernetes.io/warn")
SYSTEM_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")


def _path(listed: Object) -> str:
    """The path of an object that was found in one of these lists."""
    group, _, plural = listed["path"].rpartition("/")
    return f"{group}/namespaces/{listed['metadata']['namespace']}/{plural}/{listed['metadata']['name']}"


def _filenames(files: Iterable[Path]) -> list[str]:
    return [f"--filename={file}" for file in files]


def reference(found: Object) -> tuple[str, ...]:
    """An object as arguments of kubectl: what it is, its name, and its namespace."""
    group = found["apiVersion"].rpartition("/")[0]
    version = found["apiVersion"].rpartition("/")[2]
    kind = f"{found['kind'].lower()}.{version}.{group}" if group else found["kind"].lower()
    namespace = found["metadata"].get("namespace")
    return (kind, found["metadata"]["name"], *((f"--namespace={namespace}",) if namespace else ()))
