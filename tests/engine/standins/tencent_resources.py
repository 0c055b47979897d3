"""Which behaviour belongs to which type token."""

from collections.abc import Mapping

from tests.engine.standins import tencent_network as network
from tests.engine.standins import tencent_tke as tke
from tests.engine.standins.behaviour import Behaviour

__all__ = ["behaviour"]

BEHAVIOURS: Mapping[str, Behaviour] = {
    "tencentcloud:Vpc/instance:Instance": network.Vpc(),
    "tencentcloud:Subnet/instance:Instance": network.Subnet(),
    "tencentcloud:Eip/instance:Instance": network.ElasticAddress(),
    "tencentcloud:Nat/gateway:Gateway": network.NatGateway(),
    "tencentcloud:Route/table:Table": network.Table(),
    "tencentcloud:Route/tableEntry:TableEntry": network.TableEntry(),
    "tencentcloud:Route/tableAssociation:TableAssociation": network.TableAssociation(),
    "tencentcloud:Security/group:Group": network.Group(),
    "tencentcloud:Security/groupRuleSet:GroupRuleSet": network.GroupRuleSet(),
    "tencentcloud:Kubernetes/cluster:Cluster": tke.Cluster(),
    "tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint": tke.ClusterEndpoint(),
    "tencentcloud:Kubernetes/nativeNodePool:NativeNodePool": tke.NativeNodePool(),
    "tencentcloud:Kubernetes/serverlessNodePool:ServerlessNodePool": tke.ServerlessNodePool(),
}


def behaviour(kind: str) -> Behaviour:
    """What a type does."""
    return BEHAVIOURS[kind]
