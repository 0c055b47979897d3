"""A small client of the API server: enough for the lab's own kubelet and controllers."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import httpx

from lab.rig.shell import LabError
from tools.controlplane import identity

Object = dict[str, Any]

POD, SERVICE, NODE, CONFIG_MAP, LEASE = "pods", "services", "nodes", "configmaps", "leases"
EVENT, INGRESS, SLICE, SECRET = "events", "ingresses", "endpointslices", "secrets"
TKE_SERVICE_CONFIG, DEFINITION = "tkeserviceconfigs", "customresourcedefinitions"
PATHS = {
    POD: "/api/v1",
    SERVICE: "/api/v1",
    NODE: "/api/v1",
    CONFIG_MAP: "/api/v1",
    EVENT: "/api/v1",
    INGRESS: "/apis/networking.k8s.io/v1",
    SLICE: "/apis/discovery.k8s.io/v1",
    SECRET: "/api/v1",
    TKE_SERVICE_CONFIG: "/apis/cloud.tencent.com/v1alpha1",
    DEFINITION: "/apis/apiextensions.k8s.io/v1",
    LEASE: "/apis/coordination.k8s.io/v1",
}
"""Kinds that the lab reads and writes, and the API that each is in."""

CONFLICT = 409
NOT_FOUND = 404
SECONDS = 20.0


def client(kubeconfig: Path) -> httpx.Client:
    """Connections to the API server as the user of a kubeconfig that a control plane here wrote (client certificate)."""
    url, context = identity(kubeconfig)
    return httpx.Client(base_url=url, verify=context, timeout=SECONDS, trust_env=False)


class Api:
    """The API server, as the user of a kubeconfig that the lab's control plane wrote (client certificate)."""

    def __init__(self, kubeconfig: Path) -> None:
        """Reads the kubeconfig; connects with the first request."""
        self._client = client(kubeconfig)

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._client.close()

    def _call(self, method: str, path: str, **how: Any) -> Object | None:
        try:
            answer = self._client.request(method, path, **how)
        except httpx.HTTPError as problem:
            raise LabError(f"the API server does not answer: {problem}") from problem
        if answer.status_code in (CONFLICT, NOT_FOUND):
            return None
        if answer.is_error:
            raise LabError(f"{method} {path}: {answer.json().get('message', answer.status_code)}")
        found: Object = answer.json()
        return found

    @staticmethod
    def path(kind: str, namespace: str = "", name: str = "", part: str = "") -> str:
        """The address of objects, one object, or a part of it such as `status`."""
        scope = f"/namespaces/{namespace}" if namespace else ""
        return "/".join(piece for piece in (f"{PATHS[kind]}{scope}/{kind}", name, part) if piece)

    def list(self, kind: str) -> tuple[Object, ...]:
        """Every object of a kind, of all namespaces."""
        found = self._call("GET", self.path(kind))
        return tuple(found["items"]) if found else ()

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """One object."""
        return self._call("GET", self.path(kind, namespace, name))

    def serves(self, kind: str) -> bool:
        """True once the API server knows a kind."""
        return self._call("GET", self.path(kind)) is not None

    def create(
        self, kind: str, body: Mapping[str, Any], namespace: str = "", name: str = "", part: str = ""
    ) -> Object | None:
        """A new object; nothing if it exists."""
        return self._call("POST", self.path(kind, namespace, name, part), json=body)

    def merge(
        self, kind: str, body: Mapping[str, Any], namespace: str = "", name: str = "", part: str = ""
    ) -> Object | None:
        """Change fields of an object, or of its part; nothing if it is gone."""
        headers = {"Content-Type": "application/merge-patch+json"}
        return self._call("PATCH", self.path(kind, namespace, name, part), content=json.dumps(body), headers=headers)

    def delete(self, kind: str, namespace: str, name: str, *, grace: int | None = None) -> None:
        """Remove an object; `grace` in seconds."""
        parameters = {} if grace is None else {"gracePeriodSeconds": str(grace)}
        self._call("DELETE", self.path(kind, namespace, name), params=parameters)

    def changes(self, kind: str) -> Iterator[None]:
        """Something each time an object of that kind is there, changes, or goes; ends when the server ends the watch."""
        timeout = httpx.Timeout(SECONDS, read=None)
        # From whatever the server has in its cache: a cache before an older etcd never learns that it is the newest, and without
        # the 0 the server ends each watch after three seconds as one from the future.
        parameters = {"watch": "1", "resourceVersion": "0"}
        with self._client.stream("GET", self.path(kind), params=parameters, timeout=timeout) as answer:
            for line in answer.iter_lines():
                if line and json.loads(line)["type"] != "ERROR":
                    yield None
