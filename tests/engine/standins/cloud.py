"""A small Tencent Cloud: what exists, what refers to what, and what it refuses.

Refusals that the real API makes carry its own error code. Those that start with `StandIn.` are ours: the real API would
let it happen and something would break later without a word (nodes that cannot pull an image, a load balancer that
nobody pays attention to any more), so a test must see it at once.
"""

import copy
import ipaddress
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.engine.standins.api_server import ApiServer
from tests.engine.standins.faults import Refusal

__all__ = ["ANYWHERE", "Cloud", "Record"]

ANYWHERE = "0.0.0.0/0"


@dataclass
class Record:
    """One thing in the cloud.

    Args:
        inputs: what a program asked for.
        computed: what the cloud says of it.
        imported: what an import read, and what the state keeps from then on.
    """

    type: str
    id: str
    urn: str
    inputs: dict[str, Any]
    computed: dict[str, Any] = field(default_factory=dict)
    imported: dict[str, Any] = field(default_factory=dict)

    @property
    def short(self) -> str:
        """The last part of the type token."""
        return self.type.split(":")[-1]


@dataclass
class Cloud:
    """Everything that one account has.

    Args:
        strict: refuse also what only breaks later (`StandIn.` codes).
        hostname_exposures: load balancers publish a host name instead of an address, as newer ones do.
        exposure_seconds: how long a load balancer takes to publish its address; None is never.
        app_seconds: how long pods take to become ready; None is never, as with an image that cannot be pulled.
        internal_api_names: kubeconfigs name the server by a name that resolves inside Tencent Cloud only.
        carriage_returns: kubeconfigs come with CRLF line ends.
        creation_seconds: how long a create keeps the engine waiting, by the last part of the type token, or `LoadBalancer`;
            nothing where there is no entry. This time is spent.
        account_type: STANDARD is billed by IP, LEGACY by CVM.
    """

    strict: bool = True
    hostname_exposures: bool = False
    exposure_seconds: float | None = 20.0
    app_seconds: float | None = 10.0
    internal_api_names: bool = True
    carriage_returns: bool = True
    creation_seconds: Mapping[str, float] = field(default_factory=dict)
    account_type: str = "STANDARD"
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    servers: dict[str, ApiServer] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    credentials: int = 1
    lock: threading.RLock = field(default_factory=threading.RLock)
    _ids: int = 0

    def take_time(self, short: str) -> None:
        """Keep whoever creates a thing of this type waiting."""
        time.sleep(self.creation_seconds.get(short, 0.0))

    def next_id(self, label: str) -> str:
        """A new id, as `vpc-00000001`."""
        self._ids += 1
        return f"{label}-{self._ids:08x}"

    def add(self, record: Record) -> Record:
        """Let a thing exist, and count that it was made."""
        self.records[record.type, record.id] = record
        self.made[record.urn] = self.made.get(record.urn, 0) + 1
        return record

    def of(self, *shorts: str) -> Iterator[Record]:
        """The things of these types (last part of the token)."""
        return (record for record in list(self.records.values()) if record.short in shorts)

    def get(self, short: str, identifier: str, field_name: str) -> Record:
        """The thing that a field refers to; the cloud refuses a reference to nothing."""
        for record in self.of(short):
            if record.id == identifier:
                return record
        raise Refusal("ResourceNotFound", f"{field_name}: there is no {short} {identifier!r}")

    def referring(self, short: str, path: str, value: str) -> list[Record]:
        """The things of a type whose input at `path` is `value` or contains it."""
        found = []
        for record in self.of(short):
            at: Any = record.inputs
            for key in path.split("."):
                at = at.get(key) if isinstance(at, dict) else None
            if at == value or (isinstance(at, list) and value in at):
                found.append(record)
        return found

    def pools(self, cluster: str) -> list[Record]:
        """The node pools of a cluster."""
        return [r for r in self.of("NativeNodePool", "ServerlessNodePool") if r.inputs["clusterId"] == cluster]

    def pool_subnets(self, pool: Record) -> list[str]:
        """Where a pool's nodes are."""
        if pool.short == "NativeNodePool":
            return list(pool.inputs["native"]["subnetIds"])
        return [node["subnetId"] for node in pool.inputs["serverlessNodes"]]

    def pool_groups(self, pool: Record) -> list[str]:
        """The security groups of a pool's nodes."""
        settings = pool.inputs["native"] if pool.short == "NativeNodePool" else pool.inputs
        return list(settings.get("securityGroupIds") or [])

    def rules(self, group: str, way: str = "ingresses") -> list[dict[str, Any]]:
        """The rules that a security group has now."""
        return [rule for r in self.of("GroupRuleSet") if r.id == group for rule in r.inputs.get(way) or []]

    def has_way_out(self, subnet: str) -> bool:
        """Whether a private machine in the subnet reaches the internet."""
        table = self.get("Instance", subnet, "subnet").computed.get("routeTableId")
        return any(
            entry.inputs["destinationCidrBlock"] == ANYWHERE
            for entry in self.referring("TableEntry", "routeTableId", str(table))
        )

    def overlapping(self, cidr: str, others: list[str]) -> str | None:
        """The first of some ranges that overlaps one."""
        network = ipaddress.ip_network(cidr)
        return next((other for other in others if network.overlaps(ipaddress.ip_network(other))), None)

    def kubeconfig(self, cluster: str, address: str) -> str:
        """The file that TKE hands out: an administrator's certificate and token, both worth stealing."""
        host = f"{cluster}.ccs.tencent-cloud.com" if self.internal_api_names else address
        text = (
            "apiVersion: v1\nkind: Config\nclusters:\n"
            f"- name: {cluster}\n  cluster:\n    server: https://{host}\n"
            f"    certificate-authority-data: {self.authority(cluster)}\n"
            f"contexts:\n- name: {cluster}-100001-context-default\n"
            f"  context: {{cluster: {cluster}, user: '100001'}}\n"
            f"current-context: {cluster}-100001-context-default\n"
            "users:\n- name: '100001'\n  user:\n"
            f"    token: {self.token(cluster)}\n"
            f"    client-key-data: {self.client_key(cluster)}\n"
        )
        return text.replace("\n", "\r\n") if self.carriage_returns else text

    def authority(self, cluster: str) -> str:
        """A cluster's certificate, public."""
        return f"Q0EtY2VydGlmaWNhdGUt{cluster.removeprefix('cls-')}"

    def token(self, cluster: str) -> str:
        """An administrator's token; rotation changes it."""
        return f"stolen-token-{cluster}-{self.credentials}"

    def client_key(self, cluster: str) -> str:
        """An administrator's private key; rotation changes it."""
        return f"c3RvbGVuLWtleS0{cluster.removeprefix('cls-')}{self.credentials}"

    def password(self, cluster: str) -> str:
        """An administrator's password."""
        return f"stolen-password-{cluster}"

    def secrets(self) -> list[str]:
        """What must never be read in plain text anywhere, for all clusters there ever were."""
        every = []
        for cluster in self.servers:
            every += [self.token(cluster), self.client_key(cluster), self.password(cluster)]
        return every

    def rotate(self) -> None:
        """Hand out new administrators' credentials; the old ones go on working, as TKE's do until they are revoked."""
        with self.lock:
            self.credentials += 1

    def endpoint_addresses(self, cluster: str) -> list[str]:
        """The addresses at which a cluster's API server answers."""
        found = []
        for endpoint in self.referring("ClusterEndpoint", "clusterId", cluster):
            if endpoint.inputs.get("clusterInternet"):
                found.append(str(endpoint.computed["clusterExternalEndpoint"]).split(":")[0])
            if endpoint.inputs.get("clusterIntranet"):
                found.append(str(endpoint.computed["pgwEndpoint"]))
        return found

    def save(self) -> dict[str, Any]:
        """A copy of everything that the account holds, for `restore`."""
        saved = copy.deepcopy({name: getattr(self, name) for name in ("records", "made", "credentials", "_ids")})
        return {**saved, "servers": {name: (server, server.save()) for name, server in self.servers.items()}}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Be as it was at a `save`."""
        with self.lock:
            for name in ("records", "made", "credentials", "_ids"):
                setattr(self, name, copy.deepcopy(saved[name]))
            self.servers = {name: server for name, (server, _) in saved["servers"].items()}
            for server, contents in saved["servers"].values():
                server.restore(contents)

    def leftovers(self) -> list[str]:
        """What exists: the account's bill, with what Kubernetes holds in clusters that exist or did."""
        own = [f"{record.short} {record.id} ({record.urn.split('::')[-1]})" for record in self.records.values()]
        return own + [line for server in self.servers.values() for line in server.leftovers()]

    def inventory(self) -> dict[str, int]:
        """How many of each there are, to compare two accounts."""
        counts: dict[str, int] = {}
        for record in self.records.values():
            counts[record.short] = counts.get(record.short, 0) + 1
        for server in self.servers.values():
            for kind, number in server.inventory().items():
                counts[kind] = counts.get(kind, 0) + number
        return counts
