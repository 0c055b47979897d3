"""What the two providers answer when a resource is made, as far as a program reads it."""

from typing import Any

import pulumi
from pulumi.runtime import mocks

INTERNAL_KUBECONFIG = """\
apiVersion: v1\r
kind: Config\r
clusters:\r
- name: cls-test\r
  cluster:\r
    certificate-authority-data: Q0E=\r
    server: https://cls-test.ccs.tencent-cloud.com\r
contexts:\r
- name: cls-test-admin\r
  context: {cluster: cls-test, user: admin}\r
current-context: cls-test-admin\r
users:\r
- name: admin\r
  user: {client-certificate-data: Q0VSVA==, client-key-data: S0VZ}\r
"""
"""As TKE writes it: with carriage returns, and a server that resolves inside Tencent Cloud only."""

_PREFIXES = {
    "Vpc/instance:Instance": "vpc",
    "Subnet/instance:Instance": "subnet",
    "Security/group:Group": "sg",
    "Route/table:Table": "rtb",
    "Nat/gateway:Gateway": "nat",
    "Eip/instance:Instance": "eip",
    "Kubernetes/cluster:Cluster": "cls",
}


class Cloud(mocks.Mocks):
    """Two providers that say yes to everything."""

    def __init__(self, address: dict[str, str] | None = None, account_type: str | None = "STANDARD") -> None:
        """Exposures get `address`, the first entry of their status; an account without a type is one that may not be asked for."""
        self._address = address or {"ip": "198.18.0.10"}
        self._account_type = account_type
        self.asked: list[str] = []

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        self.asked.append(args.token)
        if args.token.endswith("getClusters") and not pulumi.runtime.is_dry_run():
            return {"lists": [{"kubeConfig": INTERNAL_KUBECONFIG, "kubeConfigIntranet": INTERNAL_KUBECONFIG}]}, []
        if pulumi.runtime.is_dry_run() or not args.token.endswith("getNetworkAccountType"):
            raise AssertionError(
                f"a component asks a provider for {args.token}: a preview without credentials fails there"
            )
        if self._account_type is None:
            return {}, [
                ("", "AuthFailure.UnauthorizedOperation: not authorized to perform vpc:DescribeNetworkAccountType")
            ]
        return {"networkAccountType": self._account_type, "id": "account"}, []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        raise AssertionError("the monitor answers by itself")

    def secrets(self, kind: str) -> set[str]:
        """Outputs that the provider itself marks secret."""
        return {"kubeConfig", "kubeConfigIntranet", "password"} if kind.endswith("ClusterEndpoint") else set()

    def make(self, kind: str, name: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Id and computed outputs of a new resource."""
        identity = f"{name}-id"
        for suffix, prefix in _PREFIXES.items():
            if kind.endswith(suffix):
                identity = f"{prefix}-{name.replace('-', '')}"
        if kind.endswith("Eip/instance:Instance"):
            return identity, {"publicIp": "198.18.0.1"}
        if kind.endswith("Kubernetes/cluster:Cluster"):
            return identity, {"password": "administrator's password"}
        if kind.endswith("ClusterEndpoint"):
            return identity, {
                "kubeConfig": INTERNAL_KUBECONFIG,
                "kubeConfigIntranet": INTERNAL_KUBECONFIG,
                "clusterExternalEndpoint": "198.18.0.2",
                "pgwEndpoint": "10.0.0.9",
                "password": "administrator's password",
            }
        if kind in {"kubernetes:core/v1:Service", "kubernetes:networking.k8s.io/v1:Ingress"}:
            return identity, {"status": {"loadBalancer": {"ingress": [self._address]}}}
        return identity, {}
