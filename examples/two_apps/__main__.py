"""One GlobalRouter cluster, two apps: an API that reads the socket peer, and a website that reads X-Forwarded-For."""

import pulumi
import pulumi_kubernetes as kubernetes

from realip import DirectService, GlobalRouteDirectAccess, NodePortIngress, Resources, Workload

cluster = kubernetes.Provider("cluster", kubeconfig=pulumi.Config().require_secret("kubeconfig"))
on_cluster = pulumi.ResourceOptions(provider=cluster)
small = Resources(cpu_request="100m", cpu_limit="500m", memory_request="128Mi", memory_limit="256Mi")

api_labels = {"app": "api"}
api = Workload(
    "api",
    {
        "deployment": "api",
        "namespace": "api",
        "image": "example.com/team/api:1.4.0",
        "labels": api_labels,
        "port": 8080,
        "replicas": 3,
        "resources": small,
    },
    on_cluster,
)
# The key is the cluster's: once is enough for every direct Service on it.
direct_access = GlobalRouteDirectAccess("direct-access", {}, on_cluster)
api_service = DirectService(
    "api",
    {"service": "api", "namespace": api.namespace, "selector": api_labels, "port": 80, "target_port": 8080},
    pulumi.ResourceOptions(provider=cluster, depends_on=[direct_access]),
)

web_labels = {"app": "web"}
web = Workload(
    "web",
    {
        "deployment": "web",
        "namespace": "web",
        "image": "nginx:1.27",
        "labels": web_labels,
        "port": 80,
        "replicas": 2,
        "readiness_path": "/",
        # What this image does as root before it serves; everything else is dropped.
        "capabilities": ["CHOWN", "SETGID", "SETUID"],
        "resources": small,
    },
    on_cluster,
)
web_ingress = NodePortIngress(
    "web",
    {
        "service": "web",
        "ingress": "web",
        "namespace": web.namespace,
        "selector": web_labels,
        "port": 80,
        "target_port": 80,
        "pass_to_target": True,
    },
    on_cluster,
)

pulumi.export("api", api_service.url)
pulumi.export("web", web_ingress.url)
