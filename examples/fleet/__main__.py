"""One stack of the fleet: the app and the cluster that the stack's name says, CLUSTER.APP, as the table describes them."""

import fleet_table
import pulumi

from realip import DirectService, ExistingCluster, ExistingClusterArgs, Workload

row = fleet_table.read().row(pulumi.get_stack())

reached: ExistingClusterArgs = {"cluster_id": row.cluster_id}
if row.kubeconfig:
    reached["kubeconfig"] = pulumi.Output.secret((fleet_table.FILE.parent / row.kubeconfig).read_text("utf-8"))
cluster = ExistingCluster(row.cluster, reached)

workload = Workload(
    row.app,
    {
        "deployment": row.app,
        "namespace": row.app,
        "image": row.image,
        "labels": {"app": row.app},
        "port": row.target_port,
        "replicas": row.replicas,
        "resources": {
            "cpu_request": "100m",
            "cpu_limit": "500m",
            "memory_request": "128Mi",
            "memory_limit": "256Mi",
        },
    },
    pulumi.ResourceOptions(provider=cluster.provider),
)
exposure = DirectService(
    row.app,
    {
        "service": row.app,
        "namespace": workload.namespace,
        "selector": {"app": row.app},
        "port": row.port,
        "target_port": row.target_port,
    },
    pulumi.ResourceOptions(provider=cluster.provider),
)

pulumi.export("url", exposure.url)
pulumi.export("reads", "socket")
