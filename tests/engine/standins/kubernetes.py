"""The stand-in for the Kubernetes provider: version 4's rules for plans and waits, `api_server.py` for what happens."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import yaml

from tests.engine.standins.api_server import ApiServer, Key, KubernetesObject, TimedOut
from tests.engine.standins.calls import Call, CallLog
from tests.engine.standins.cloud import Cloud
from tests.engine.standins.faults import Faults, Refusal
from tests.engine.standins.server import Difference, InitializationFailed, StandIn
from tests.engine.standins.values import Unknown, reveal

__all__ = ["DEFAULT_WAIT_SECONDS", "Kubernetes"]

DEFAULT_WAIT_SECONDS = 600.0
SKIP_AWAIT = "pulumi.com/skipAwait"
WAIT_FOR = "pulumi.com/waitFor"
TIMEOUT_SECONDS = "pulumi.com/timeoutSeconds"
PATCH_FORCE = "pulumi.com/patchForce"
PATCH_MANAGER = "pulumi.com/patchFieldManager"
ADDRESS_PATH = ".status.loadBalancer.ingress"

IMMUTABLE: Mapping[str, tuple[str, ...]] = {
    "Deployment": ("spec.selector",),
    "Service": ("spec.clusterIP",),
    "ConfigMap": ("data", "binaryData"),
}
"""What needs a new object, besides its name and namespace."""


@dataclass(frozen=True)
class Connection:
    """What one provider instance was configured with."""

    server: ApiServer | None
    problem: str = ""


def kind_of(token: str) -> str:
    """The Kubernetes kind of a type token."""
    return token.rsplit(":", maxsplit=1)[-1].removesuffix("Patch")


def key_of(token: str, inputs: Mapping[str, Any]) -> Key:
    """Which object the inputs describe."""
    metadata = inputs.get("metadata") or {}
    kind = kind_of(token)
    return kind, "" if kind == "Namespace" else metadata.get("namespace") or "default", metadata.get("name") or ""


def id_of(key: Key) -> str:
    """The provider's id of an object."""
    return f"{key[1]}/{key[2]}" if key[1] else key[2]


def key_from_id(token: str, identifier: str) -> Key:
    """The object behind an id."""
    namespace, _, name = identifier.rpartition("/")
    return kind_of(token), namespace, name


def pruned(live: Any, shape: Any) -> Any:
    """A live object reduced to the fields that the old inputs had."""
    if isinstance(live, Mapping) and isinstance(shape, Mapping):
        return {key: pruned(live[key], shape[key]) for key in shape if key in live}
    if isinstance(live, list) and isinstance(shape, list) and len(live) == len(shape):
        return [pruned(a, b) for a, b in zip(live, shape, strict=True)]
    return live


def differences(new: Any, old: Any, path: str = "") -> list[str]:
    """The paths at which new inputs differ from a pruned live object."""
    if isinstance(new, Unknown):
        return [path]
    if isinstance(new, Mapping) and isinstance(old, Mapping):
        found = []
        for key in sorted(new.keys() | old.keys()):
            found += differences(new.get(key), old.get(key), f"{path}.{key}" if path else key)
        return found
    if isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        return [
            name for i, (a, b) in enumerate(zip(new, old, strict=True)) for name in differences(a, b, f"{path}[{i}]")
        ]
    return [] if new == old else [path]


def active_cluster(kubeconfig: str) -> dict[str, Any] | None:
    """The cluster entry that a kubeconfig's current context names."""
    config = yaml.safe_load(kubeconfig) or {}
    contexts = {entry["name"]: entry["context"] for entry in config.get("contexts") or ()}
    clusters = {entry["name"]: entry["cluster"] for entry in config.get("clusters") or ()}
    name = contexts.get(config.get("current-context"), {}).get("cluster")
    return clusters.get(name)


class Kubernetes(StandIn):
    """The package `kubernetes`."""

    package = "kubernetes"
    distribution = "pulumi-kubernetes"
    accepts_secrets = True
    settings: Mapping[str, str] = {
        "clusterIdentifier": "string",
        "enableServerSideApply": "boolean",
        "kubeconfig": "string",
    }

    def __init__(self, cloud: Cloud, log: CallLog, faults: Faults) -> None:
        super().__init__(log, faults)
        self.cloud = cloud
        self.connections: dict[str, Connection] = {}

    # --- Provider instances ---

    def configure(self, caller: str, settings: dict[str, Any]) -> None:
        self.connections[caller] = self._connect(reveal(settings).get("kubeconfig"))

    def _connect(self, kubeconfig: Any) -> Connection:
        if not isinstance(kubeconfig, str) or not kubeconfig:
            return Connection(None, "no kubeconfig was given: the ambient one of this machine would be used")
        try:
            config = yaml.safe_load(kubeconfig)
            host = urlsplit((active_cluster(kubeconfig) or {})["server"]).hostname or ""
            user = config["users"][0]["user"]
        except (yaml.YAMLError, KeyError, TypeError) as error:
            return Connection(None, f"unable to load the kubeconfig: {error!r}")
        for cluster, server in self.cloud.servers.items():
            if host in self.cloud.endpoint_addresses(cluster):
                if not str(user.get("token", "")).startswith(f"stolen-token-{cluster}-"):
                    return Connection(None, "Unauthorized")
                return Connection(server)
        return Connection(None, f"dial tcp: lookup {host}: no such host, or nobody listens there")

    def _server(self, caller: str) -> ApiServer:
        connection = self.connections.get(caller, Connection(None, "the provider was not configured"))
        if connection.server is None:
            raise Refusal("Unreachable", f"configured Kubernetes cluster is unreachable: {connection.problem}")
        return connection.server

    def diff_settings(self, old: dict[str, Any], new: dict[str, Any]) -> Difference:
        old, new = reveal(old), reveal(new)
        changed = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
        if not changed:
            return Difference()
        identifier = "clusterIdentifier"
        replaces = [identifier] if identifier in changed and old.get(identifier) and new.get(identifier) else []
        steady = identifier not in changed and bool(new.get(identifier))
        if isinstance(new.get("kubeconfig"), Unknown):
            return Difference(["kubeconfig"], [] if steady else [*replaces, "kubeconfig"])
        before, after = active_cluster(old["kubeconfig"]), active_cluster(new["kubeconfig"])
        if before and after and before != after:
            replaces.append("kubeconfig")
        return Difference(changed, [] if steady else replaces)

    # --- Plans ---

    def check(self, kind: str, inputs: dict[str, Any]) -> dict[str, str]:
        metadata = inputs.get("metadata")
        if isinstance(metadata, Mapping) and not metadata.get("name"):
            return {"metadata.name": "the stand-in wants every object named by the program"}
        return {}

    def diff(self, kind: str, old_inputs: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> Difference:
        old_inputs, old, new = reveal(old_inputs), reveal(old), reveal(new)
        changed = differences(new, pruned(old, old_inputs))
        forced = ["metadata.name", "metadata.namespace"]
        if not kind.endswith("Patch"):
            forced += IMMUTABLE.get(kind_of(kind), ())
        replaces = [path for path in changed if any(path == f or path.startswith((f"{f}.", f"{f}[")) for f in forced)]
        same = key_of(kind, old_inputs) == key_of(kind, new)
        return Difference(changed, replaces, delete_first=bool(replaces) and same)

    def plan(self, kind: str, old: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
        status = {"status": old["status"]} if "status" in old else {}
        return {**inputs, **status}

    # --- Objects ---

    def _seconds(self, annotations: Mapping[str, str], seconds: float) -> float:
        return seconds or float(annotations.get(TIMEOUT_SECONDS) or DEFAULT_WAIT_SECONDS)

    def _wait(
        self, server: ApiServer, found: KubernetesObject, seconds: float, state: dict[str, Any]
    ) -> dict[str, Any]:
        annotations = found.annotations
        if annotations.get(SKIP_AWAIT) == "true":
            return state
        wanted, deadline = annotations.get(WAIT_FOR), self._seconds(annotations, seconds)
        if wanted is not None and ADDRESS_PATH not in wanted:
            raise Refusal("Invalid", f"the stand-in knows no condition {wanted!r}")
        try:
            if found.key[0] == "Deployment":
                server.await_rollout(found, deadline)
            elif found.is_exposure:
                if "status" not in found.live:
                    self.cloud.take_time("LoadBalancer")
                server.await_exposure(found, deadline)
                if found.key[0] == "Service" and wanted is None:
                    server.await_pods_behind(found, deadline)
        except TimedOut as late:
            reason = (
                f'resource "{id_of(found.key)}" was successfully created, but the Kubernetes API server reported that it'
                f" failed to fully initialize or become live: {late}"
            )
            raise InitializationFailed(id_of(found.key), state, reason) from late
        return {**state, "status": found.live["status"]} if "status" in found.live else state

    def _state(self, found: KubernetesObject, manager: str = "pulumi-kubernetes") -> dict[str, Any]:
        return {
            **{key: value for key, value in found.live.items() if key != "status"},
            **({"status": found.live["status"]} if "status" in found.live else {}),
            "__fieldManager": manager,
            "__initialApiVersion": found.live.get("apiVersion", "v1"),
        }

    def _patch(self, server: ApiServer, call: Call, inputs: dict[str, Any], manager: str) -> tuple[str, dict[str, Any]]:
        annotations = inputs["metadata"].get("annotations") or {}
        key = key_of(call.type, inputs)
        force = annotations.get(PATCH_FORCE) == "true"
        found = server.patch(key, call.urn, inputs, annotations.get(PATCH_MANAGER) or manager, force=force)
        state = self._state(found, annotations.get(PATCH_MANAGER) or manager)
        state["metadata"] = {**state["metadata"], "annotations": annotations}
        return id_of(key), json.loads(json.dumps(state))

    def create(self, caller: str, call: Call, inputs: dict[str, Any], seconds: float) -> tuple[str, dict[str, Any]]:
        server, plain = self._server(caller), reveal(inputs)
        if call.type.endswith("Patch"):
            return self._patch(server, call, plain, f"pulumi-kubernetes-{call.number}")
        found = server.create(key_of(call.type, plain), call.urn, plain)
        return id_of(found.key), self._wait(server, found, seconds, self._state(found))

    def read(
        self, caller: str, call: Call, inputs: dict[str, Any], *, imported: bool
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        server = self._server(caller)
        found = server.objects.get(key_from_id(call.type, call.id))
        if found is None:
            return None
        if found.is_exposure:
            server.settle(found)
        state = self._state(found)
        if call.type.endswith("Patch"):
            state["metadata"] = {
                **state["metadata"],
                "annotations": reveal(inputs)["metadata"].get("annotations") or {},
            }
        live = pruned(state, reveal(inputs)) if inputs else {k: v for k, v in state.items() if not k.startswith("__")}
        return live, state

    def update(
        self, caller: str, call: Call, old: dict[str, Any], inputs: dict[str, Any], seconds: float
    ) -> dict[str, Any]:
        server, plain = self._server(caller), reveal(inputs)
        if call.type.endswith("Patch"):
            return self._patch(server, call, plain, str(reveal(old).get("__fieldManager")))[1]
        found = server.update(key_of(call.type, plain), plain)
        return self._wait(server, found, seconds, self._state(found))

    def delete(self, caller: str, call: Call, state: dict[str, Any]) -> None:
        server, key = self._server(caller), key_from_id(call.type, call.id)
        if call.type.endswith("Patch"):
            server.relinquish(key, str(reveal(state).get("__fieldManager")))
            return
        server.delete(key)
