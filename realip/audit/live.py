"""The objects of a cluster: lists of named kinds, in pages, and nothing else. Never a Secret, never a write."""

import http.client
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from realip.audit.kubeconfig import ApiServer
from realip.audit.objects import KINDS, Found, Place, as_map, as_maps
from realip.audit.reading import take
from realip.errors import InputError
from realip.messages import Message, message

__all__ = ["Listing", "list_cluster"]

PAGE = 500
_REQUEST_SECONDS = 30.0
_PAUSE = 0.5
_PATHS: Mapping[str, tuple[str, ...]] = {
    "Service": ("api/v1/services",),
    "Ingress": ("apis/networking.k8s.io/v1/ingresses",),
    "IngressClass": ("apis/networking.k8s.io/v1/ingressclasses",),
    "ConfigMap": ("api/v1/configmaps",),
    "Node": ("api/v1/nodes",),
    "Namespace": ("api/v1/namespaces",),
    "Pod": ("api/v1/pods",),
    "Deployment": ("apis/apps/v1/deployments",),
    "StatefulSet": ("apis/apps/v1/statefulsets",),
    "DaemonSet": ("apis/apps/v1/daemonsets",),
    "ReplicaSet": ("apis/apps/v1/replicasets",),
    "ReplicationController": ("api/v1/replicationcontrollers",),
    "Rollout": ("apis/argoproj.io/v1alpha1/rollouts",),
    "CloneSet": ("apis/apps.kruise.io/v1alpha1/clonesets",),
    "EndpointSlice": ("apis/discovery.k8s.io/v1/endpointslices",),
    "TkeServiceConfig": ("apis/cloud.tencent.com/v1alpha1/tkeserviceconfigs",),
    "Gateway": ("apis/gateway.networking.k8s.io/v1/gateways",),
    "GatewayClass": ("apis/gateway.networking.k8s.io/v1/gatewayclasses",),
    "TLSRoute": (
        "apis/gateway.networking.k8s.io/v1alpha3/tlsroutes",
        "apis/gateway.networking.k8s.io/v1alpha2/tlsroutes",
    ),
    "TCPRoute": ("apis/gateway.networking.k8s.io/v1alpha2/tcproutes",),
    "EnvoyProxy": ("apis/gateway.envoyproxy.io/v1alpha1/envoyproxies",),
    "ClientTrafficPolicy": ("apis/gateway.envoyproxy.io/v1alpha1/clienttrafficpolicies",),
    "BackendTrafficPolicy": ("apis/gateway.envoyproxy.io/v1alpha1/backendtrafficpolicies",),
    "IstioOperator": ("apis/install.istio.io/v1alpha1/istiooperators",),
}
"""Where each kind is listed; the first path that the server knows."""
assert _PATHS.keys() == KINDS.keys()  # noqa: S101 - a kind without a path would never be seen
_DECIDING = ("Service", "Ingress")


@dataclass
class Listing:
    """The objects that could be listed."""

    found: list[Found] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    """Kinds that may not be listed."""
    notes: list[Message] = field(default_factory=list)


class _Refused(Exception):
    """The server does not let this kind be listed; says why."""


class _Unknown(Exception):
    """The server has no such kind."""


class _Expired(Exception):
    """A list has to begin anew: the server has forgotten where it was."""


def list_cluster(server: ApiServer, seconds: float, tell: Callable[[Message], None]) -> Listing:
    """List every kind within so many seconds. InputError where the server cannot be asked, or shows nothing that counts."""
    client, listing = _Client(server, time.monotonic() + seconds, seconds), Listing()
    try:
        for kind in _PATHS:
            try:
                _list(client, kind, listing, tell)
            except _Refused as refused:
                listing.hidden.add(kind)
                listing.notes.append(message("audit_forbidden", kind=kind, why=str(refused)))
    finally:
        client.close()
    if listing.hidden.issuperset(_DECIDING):
        raise InputError(
            f"--kubeconfig, context {server.name}: may list neither Services nor Ingresses; "
            f"give its user `get` and `list` on them ({listing.notes[0].values['why']})"
        )
    return listing


def _list(client: "_Client", kind: str, listing: Listing, tell: Callable[[Message], None]) -> None:
    for path in _PATHS[kind]:
        for _ in range(3):
            found: list[Found] = []
            try:
                for items, version in client.pages(path):
                    found += _taken(items, kind, version, client.server.name)
                    tell(message("audit_listing", kind=kind, count=len(found)))
            except _Unknown:
                break
            except _Expired:
                continue
            listing.found += found
            return


def _taken(items: list[Mapping[str, Any]], kind: str, version: str, name: str) -> Iterator[Found]:
    for item in items:
        found = take({**_lean(item, kind), "kind": kind, "apiVersion": version}, kind, version, Place(name))
        if found is not None:
            yield found


def _lean(item: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """Of an object what is looked at: a large cluster has a hundred thousand pods."""
    metadata = {key: value for key, value in as_map(item.get("metadata")).items() if key != "managedFields"}
    annotations = as_map(metadata.get("annotations"))
    if "kubectl.kubernetes.io/last-applied-configuration" in annotations:
        metadata["annotations"] = {
            key: value
            for key, value in annotations.items()
            if key != "kubectl.kubernetes.io/last-applied-configuration"
        }
    if kind == "Pod":
        spec = as_map(item.get("spec"))
        containers = [
            {"name": each.get("name"), "resources": each.get("resources")} for each in as_maps(spec.get("containers"))
        ]
        kept = {key: spec[key] for key in ("nodeName", "hostNetwork", "nodeSelector") if key in spec}
        return {"metadata": metadata, "spec": {**kept, "containers": containers}}
    return {**item, "metadata": metadata}


class _Client:
    """One connection that is made anew when it is lost."""

    def __init__(self, server: ApiServer, deadline: float, seconds: float) -> None:
        self.server, self._deadline, self._seconds = server, deadline, seconds
        self._connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def pages(self, path: str) -> Iterator[tuple[list[Mapping[str, Any]], str]]:
        """The items of a list, page by page, with the version that they have."""
        token = ""
        while True:
            query = {"limit": str(PAGE)} | ({"continue": token} if token else {})
            body = self._get(f"{path}?{urlencode(query)}")
            yield as_maps(body.get("items")), str(body.get("apiVersion") or "v1")
            token = str(as_map(body.get("metadata")).get("continue") or "")
            if not token:
                return

    def _get(self, path: str) -> Mapping[str, Any]:
        while True:
            try:
                status, data, wait = self._ask(path)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if isinstance(error, ssl.SSLCertVerificationError | socket.gaierror | ConnectionRefusedError):
                    raise self._unreachable(error) from None
                self._pause(_PAUSE, error)
                continue
            if status == http.HTTPStatus.OK:
                return self._document(data)
            self._refuse(status, data)
            self._pause(wait, None)

    def _refuse(self, status: int, data: bytes) -> None:
        """Raise what a status means; nothing for one after which it is worth asking again."""
        said = " ".join(str(self._said(data)).split())[:200]
        if status == http.HTTPStatus.FORBIDDEN:
            raise _Refused(said or "forbidden")
        if status == http.HTTPStatus.NOT_FOUND:
            raise _Unknown
        if status == http.HTTPStatus.GONE:
            raise _Expired
        if status == http.HTTPStatus.UNAUTHORIZED:
            raise InputError(
                f"{self._where()}: the API server does not know this user (401); fetch the kubeconfig anew"
            )
        if status != http.HTTPStatus.TOO_MANY_REQUESTS and status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise InputError(f"{self._where()}: the API server answers {status}: {said}")

    @staticmethod
    def _said(data: bytes) -> object:
        try:
            return as_map(json.loads(data)).get("message") or ""
        except (ValueError, RecursionError):
            return data[:200].decode(errors="replace")

    def _ask(self, path: str) -> tuple[int, bytes, float]:
        if self._connection is None:
            self._connection = self._connect()
        elif self._connection.sock is not None:
            self._connection.sock.settimeout(min(_REQUEST_SECONDS, self._left()))
        prefix = self.server.url.path.rstrip("/")
        headers = {"Accept": "application/json", "User-Agent": "realip-audit", **self.server.headers}
        self._connection.request("GET", f"{prefix}/{path}", headers=headers)
        answer = self._connection.getresponse()
        data = answer.read()
        wait = answer.headers.get("Retry-After", "")
        return answer.status, data, float(wait) if wait.isdigit() else _PAUSE

    def _connect(self) -> http.client.HTTPConnection:
        url, timeout = self.server.url, min(_REQUEST_SECONDS, self._left())
        if self.server.tls is None:
            return http.client.HTTPConnection(str(url.hostname), url.port or 80, timeout=timeout)
        connection = http.client.HTTPSConnection(
            str(url.hostname), url.port or 443, timeout=timeout, context=self.server.tls
        )
        if self.server.server_name:
            plain = socket.create_connection((str(url.hostname), url.port or 443), timeout)
            connection.sock = self.server.tls.wrap_socket(plain, server_hostname=self.server.server_name)
        return connection

    def _document(self, data: bytes) -> Mapping[str, Any]:
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise InputError(f"{self._where()}: what answers is no API server: its list is no JSON object")
        return found

    def _left(self) -> float:
        return max(0.001, self._deadline - time.monotonic())

    def _pause(self, seconds: float, error: Exception | None) -> None:
        """Wait before the next try; InputError where the time for all of it is over."""
        if time.monotonic() + seconds >= self._deadline:
            if error is not None:
                raise self._unreachable(error) from None
            raise InputError(
                f"{self._where()}: the API server is too busy to list its objects within {self._seconds:g} s"
            )
        time.sleep(seconds)

    def _unreachable(self, error: Exception) -> InputError:
        why = (
            getattr(error, "verify_message", None)
            or getattr(error, "strerror", None)
            or str(error)
            or type(error).__name__
        )
        return InputError(f"{self._where()}: {self.server.url.netloc.rpartition('@')[2]} cannot be reached: {why}")

    def _where(self) -> str:
        return f"--kubeconfig, context {self.server.name}"
