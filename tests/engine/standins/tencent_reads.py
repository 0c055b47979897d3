"""What the Tencent provider's read functions leave in a state, where that is more or less than what the program said.

Recorded field by field from the Terraform provider v1.82.42 (`resource_tc_*.go` and `*_extension.go` in
`tencentcloud/services`); property names are Pulumi's. Inputs that a read sets and the program leaves out are what a plan
wants to delete after an import, unless they are computed, too; inputs that no read sets are what it wants to add.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["READS", "Reading"]


@dataclass(frozen=True)
class Reading:
    """How one resource type reads.

    Args:
        imported: inputs that a read sets in an import, and in no refresh, with values as TKE reports them.
        forgotten: inputs that no read sets: an imported state lacks them.
        importer: False where the provider cannot import.
    """

    imported: Mapping[str, Any] = field(default_factory=dict)
    forgotten: frozenset[str] = frozenset()
    importer: bool = True


READS: Mapping[str, Reading] = {
    "tencentcloud:Kubernetes/cluster:Cluster": Reading(
        # Guarded by `importClsFlag`, which only the importer sets. The logs and arguments are read where they are on, and
        # TKE may turn them on by itself; the network of Services is added by the stand-in, which knows it.
        imported={
            "authOptions": {"autoCreateDiscoveryAnonymousAuth": False, "useTkeDefault": True},
            "clusterAudit": {"enabled": True, "logSetId": "00000000-set", "topicId": "00000000-topic"},
            "clusterExtraArgs": {"kubeApiservers": ["max-requests-inflight=400"]},
            "eventPersistence": {"enabled": True, "logSetId": "00000000-set", "topicId": "00000001-topic"},
            "kubeProxyMode": "ipvs",
            "logAgent": {"enabled": True},
            "runtimeVersion": "1.6.9",
        },
    ),
    # The read takes over `cluster_internet` and `cluster_intranet` from the state, which an import leaves empty: there is
    # no importer, and without them no kubeconfig is read either.
    "tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint": Reading(importer=False),
    "tencentcloud:Kubernetes/serverlessNodePool:ServerlessNodePool": Reading(
        forgotten=frozenset({"securityGroupIds", "serverlessNodes"})
    ),
}
"""The types that are not named read every input back, and nothing else."""
