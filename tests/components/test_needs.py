"""Stack files of everyday needs, as they stand in examples/needs, and that each does what it says."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from realip import parse_settings
from realip.reached_cluster import Reached
from tests.support.recording import Recording, run
from tests.support.stacks import program

NEEDS = Path(__file__).parents[2] / "examples" / "needs"
FILES = sorted(path.name for path in NEEDS.glob("Pulumi.*.yaml"))
LISTED: list[dict[str, Any]] = yaml.safe_load((NEEDS / "needs.yaml").read_text("utf-8"))


def _values(name: str) -> dict[str, Any]:
    config = yaml.safe_load((NEEDS / name).read_text("utf-8"))["config"]
    return {key.removeprefix("realip:"): value for key, value in config.items() if key.startswith("realip:")}


def _up(name: str) -> Recording:
    # An update refuses the documentation range that stands for somebody's own address.
    values = _values(name)
    own = {"adminCidrs": ["198.18.0.0/24"]} if "adminCidrs" in values["access"] else {}
    return run(program({**values, "access": {**values["access"], **own}}))


def _pod(name: str) -> dict[str, Any]:
    spec: dict[str, Any] = _up(name).one("Deployment").inputs["spec"]["template"]["spec"]
    return spec


def _container(name: str) -> dict[str, Any]:
    (found,) = (one for one in _pod(name)["containers"] if one["name"] == "shop")
    return dict(found)


@pytest.mark.parametrize("name", FILES)
def test_a_need_is_a_stack_file_that_can_be_used_and_is_listed(name: str) -> None:
    parse_settings(_values(name), region="ap-guangzhou")
    assert any(name in need["examples"] for need in LISTED)
    assert (NEEDS / name).read_text("utf-8").startswith("# Need: ")


def test_every_everyday_need_has_an_example_that_is_there() -> None:
    assert len(LISTED) >= 24, "as many were found when people were asked what they need"
    for need in LISTED:
        assert need["examples"]
        assert [one for one in need["examples"] if not (NEEDS / one).exists()] == [], need["en"]


def test_every_example_is_looked_at_by_a_test() -> None:
    text = Path(__file__).read_text("utf-8")
    assert [name for name in FILES if f'"{name}"' not in text] == []


def test_environment() -> None:
    container = _container("Pulumi.environment.yaml")
    assert container["env"] == [{"name": "LOG_LEVEL", "value": "info"}, {"name": "TZ", "value": "Asia/Shanghai"}]
    assert container["envFrom"] == [
        {"configMapRef": {"name": "shop-settings"}},
        {"secretRef": {"name": "shop-database"}},
    ]


def test_private_registry() -> None:
    assert _pod("Pulumi.private-registry.yaml")["imagePullSecrets"] == [{"name": "registry-login"}]


def test_service_account() -> None:
    assert _pod("Pulumi.service-account.yaml")["serviceAccountName"] == "shop"


def test_command_and_sidecar() -> None:
    pod = _pod("Pulumi.command-and-sidecar.yaml")
    container = _container("Pulumi.command-and-sidecar.yaml")
    assert (container["command"], container["args"]) == (["/app/serve"], ["--port", "5000"])
    assert [(one["name"], one["command"]) for one in pod["initContainers"]] == [("migrate", ["/app/migrate"])]
    assert sorted(one["name"] for one in pod["containers"]) == ["metrics", "shop"]


def test_probes() -> None:
    container = _container("Pulumi.probes.yaml")
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": 5000}
    assert container["readinessProbe"]["periodSeconds"] == 5
    assert container["livenessProbe"] == {"httpGet": {"path": "/alive", "port": 5000}, "failureThreshold": 5}
    assert container["startupProbe"]["failureThreshold"] * container["startupProbe"]["periodSeconds"] == 120


def test_resources() -> None:
    assert _container("Pulumi.resources.yaml")["resources"] == {
        "requests": {"cpu": "500m", "memory": "1Gi", "ephemeral-storage": "1Gi", "nvidia.com/gpu": "1"},
        "limits": {"cpu": "2", "memory": "2Gi", "ephemeral-storage": "2Gi", "nvidia.com/gpu": "1"},
    }


def test_autoscaled() -> None:
    assert "replicas" not in _up("Pulumi.autoscaled.yaml").one("Deployment").inputs["spec"]


def test_scheduling() -> None:
    found = _up("Pulumi.scheduling.yaml")
    template = found.one("Deployment").inputs["spec"]["template"]
    assert template["metadata"]["labels"] == {"app": "real-ip-app", "example.com/team": "shop"}
    assert template["metadata"]["annotations"]["prometheus.io/scrape"] == "true"
    assert template["spec"]["priorityClassName"] == "high"
    assert template["spec"]["nodeSelector"] == {"example.com/disk": "fast"}
    assert "podAntiAffinity" in template["spec"]["affinity"]
    assert found.one("PodDisruptionBudget").inputs["spec"]["maxUnavailable"] == "25%"


def test_local_and_sticky() -> None:
    found = _up("Pulumi.local-and-sticky.yaml")
    service = found.one("core/v1:Service").inputs
    assert service["spec"]["externalTrafficPolicy"] == "Local"
    assert service["metadata"]["annotations"]["service.cloud.tencent.com/direct-access"] == "false"
    (config,) = [made for made in found.resources if made.type.endswith(":TkeServiceConfig")]
    (listener,) = config.inputs["spec"]["loadBalancer"]["l4Listeners"]
    assert listener["session"] == {"enable": True, "sessionExpireTime": 600}


def test_annotations() -> None:
    metadata = _up("Pulumi.annotations.yaml").one("core/v1:Service").inputs["metadata"]
    assert metadata["labels"] == {"example.com/team": "shop"}
    assert metadata["annotations"]["example.com/owner"] == "shop"
    assert metadata["annotations"]["service.cloud.tencent.com/modification-protection"] == "true"
    assert metadata["annotations"]["service.cloud.tencent.com/direct-access"] == "true"


def _balancer(name: str) -> dict[str, str]:
    annotations: dict[str, str] = _up(name).one("core/v1:Service").inputs["metadata"]["annotations"]
    return annotations


def test_internal() -> None:
    annotations = _balancer("Pulumi.internal.yaml")
    assert "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid" in annotations
    assert "service.cloud.tencent.com/loadbalance-type" not in annotations


def test_bandwidth() -> None:
    annotations = _balancer("Pulumi.bandwidth.yaml")
    assert annotations["service.kubernetes.io/qcloud-loadbalancer-internet-max-bandwidth-out"] == "200"
    assert annotations["service.kubernetes.io/qcloud-loadbalancer-internet-charge-type"] == "BANDWIDTH_POSTPAID_BY_HOUR"
    assert annotations["service.cloud.tencent.com/security-groups"] == "sg-1a2b3c4d"


def test_existing_load_balancer() -> None:
    annotations = _balancer("Pulumi.existing-load-balancer.yaml")
    assert annotations["service.kubernetes.io/tke-existed-lbid"] == "lb-1a2b3c4d"
    assert "service.cloud.tencent.com/pass-to-target" not in annotations


def test_existing_vpc() -> None:
    found = _up("Pulumi.existing-vpc.yaml")
    assert not [made for made in found.resources if made.type.startswith(("tencentcloud:Vpc/", "tencentcloud:Subnet/"))]
    assert found.one("cluster:Cluster").inputs["eniSubnetIds"] == ["subnet-5e6f7a8b"]
    assert found.one("NativeNodePool").inputs["native"]["subnetIds"] == ["subnet-1a2b3c4d"]


def test_existing_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be asked here: the look at the cluster has tests of its own, on a real API server."""
    monkeypatch.setattr("realip.stack.reach", lambda settings: Reached("kind: Config"))
    found = _up("Pulumi.existing-cluster.yaml")
    assert not [made for made in found.resources if made.type.startswith("tencentcloud:")]
    assert not found.of("Deployment")
    service = found.one("core/v1:Service").inputs
    assert (service["metadata"]["namespace"], service["metadata"]["name"]) == ("shop", "shop-public")
    assert service["spec"]["selector"] == {"app": "shop"}
    assert service["spec"]["ports"] == [{"protocol": "TCP", "port": 80, "targetPort": 8080}]


def test_node_pools() -> None:
    pools = {made.name: made.inputs for made in _up("Pulumi.node-pools.yaml").of("NativeNodePool")}
    assert set(pools) == {"realip-nodes", "realip-nodes-batch"}
    first, batch = pools["realip-nodes"]["native"], pools["realip-nodes-batch"]
    assert first["instanceTypes"] == ["SA5.LARGE8"]
    assert first["keyIds"] == ["skey-1a2b3c4d"]
    assert first["instanceChargeType"] == "PREPAID"
    assert first["instanceChargePrepaid"]["period"] == 12
    assert first["internetAccessible"]["maxBandwidthOut"] == 10
    assert [(disk["diskType"], disk["mountTarget"]) for disk in first["dataDisks"]] == [
        ("CLOUD_SSD", "/var/lib/container")
    ]
    assert batch["native"]["instanceTypes"] == ["S5.LARGE8"]
    assert batch["taints"] == [{"key": "batch", "value": "only", "effect": "NoSchedule"}]
    assert (batch["native"]["scaling"]["minReplicas"], batch["native"]["scaling"]["maxReplicas"]) == (1, 3)


def test_graceful() -> None:
    found = _up("Pulumi.graceful.yaml").one("Deployment")
    pod = found.inputs["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["lifecycle"] == {"preStop": {"sleep": {"seconds": 45}}}
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": 5000}
    assert container["startupProbe"]["periodSeconds"] * container["startupProbe"]["failureThreshold"] == 600
    assert pod["terminationGracePeriodSeconds"] == 180
    assert found.options.customTimeouts.create == "1200s"


def test_names_and_metrics() -> None:
    template = _up("Pulumi.names-and-metrics.yaml").one("Deployment").inputs["spec"]["template"]
    assert template["metadata"]["annotations"] == {"prometheus.io/scrape": "true", "prometheus.io/port": "9090"}
    assert template["spec"]["dnsConfig"]["nameservers"] == ["10.0.0.53"]
    assert template["spec"]["hostAliases"] == [{"ip": "10.0.0.9", "hostnames": ["db.corp.example.com"]}]
    ports = template["spec"]["containers"][0]["ports"]
    assert sorted(port["containerPort"] for port in ports) == [5000, 9090]


def test_blue_green(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realip.stack.reach", lambda settings: Reached("kind: Config"))
    found = _up("Pulumi.blue-green.yaml")
    assert found.one("core/v1:Service").inputs["spec"]["selector"] == {"app": "shop", "track": "green"}
    assert not found.of("Deployment")


def test_shared_load_balancer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realip.stack.reach", lambda settings: Reached("kind: Config"))
    found = _up("Pulumi.shared-load-balancer.yaml")
    ingress = found.one("Ingress").inputs
    said = ingress["metadata"]["annotations"]
    assert said["kubernetes.io/ingress.existLbId"] == "lb-1a2b3c4d"
    assert said["ingress.cloud.tencent.com/enable-group"] == "true"
    assert [(one["hosts"], one["secretName"]) for one in ingress["spec"]["tls"]] == [
        ([host], found.named(f"realip-certificate-{host}").inputs["metadata"]["name"])
        for host in ("shop.example.com", "pay.example.com")
    ]
    backends = [rule["http"]["paths"][0]["backend"]["service"]["name"] for rule in ingress["spec"]["rules"]]
    assert backends == ["shop", "pay"]


def test_load_balancer_protection() -> None:
    said = _up("Pulumi.load-balancer-protection.yaml").one("core/v1:Service").inputs["metadata"]["annotations"]
    assert said["service.cloud.tencent.com/deletion-protection"] == "true"
    assert "bwp-1a2b3c4d" in said["service.kubernetes.io/service.extensiveParameters"]
    assert said["service.cloud.tencent.com/direct-access"] == "true"


def test_private_cluster() -> None:
    found = _up("Pulumi.private-cluster.yaml")
    endpoint = found.one("ClusterEndpoint").inputs
    assert endpoint["clusterIntranet"] is True
    assert "clusterInternet" not in endpoint
    assert found.of("Nat/gateway:Gateway") == []
    said = found.one("core/v1:Service").inputs["metadata"]["annotations"]
    assert "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid" in said
    assert "service.cloud.tencent.com/loadbalance-type" not in said


def test_zones_and_tags() -> None:
    found = _up("Pulumi.zones-and-tags.yaml")
    cluster = found.one("Kubernetes/cluster:Cluster").inputs
    assert (cluster["clusterVersion"], cluster["clusterLevel"], cluster["deletionProtection"]) == (
        "1.32.2",
        "L20",
        True,
    )
    assert cluster["tags"] == {"team": "edge", "cost-center": "4711"}
    zones = {subnet.inputs["availabilityZone"] for subnet in found.of("Subnet/instance:Instance")}
    assert zones == {"ap-guangzhou-3", "ap-guangzhou-6", "ap-guangzhou-7"}


def test_machines() -> None:
    found = _up("Pulumi.machines.yaml")
    pools = {made.name: made.inputs for made in found.of("NativeNodePool")}
    first, system = pools["realip-nodes"], pools["realip-nodes-system"]
    assert first["native"]["kubeletArgs"] == ["max-pods=64", "allowed-unsafe-sysctls=net.core.somaxconn"]
    assert first["native"]["management"] == {"kernelArgs": ["fs.file-max=400000"]}
    assert first["native"]["securityGroupIds"][1:] == ["sg-1a2b3c4d"]
    assert system["native"]["instanceTypes"] == ["S5.MEDIUM4"]
    assert not system.get("taints"), "the cluster's own pods would have no node"
    pod = found.one("Deployment").inputs["spec"]["template"]["spec"]
    assert {"key": "gpu", "effect": "NoSchedule", "operator": "Exists"} in pod["tolerations"]
    assert str(pod["containers"][0]["resources"]["limits"]["nvidia.com/gpu"]) == "1"


def test_adopt() -> None:
    found = _up("Pulumi.adopt.yaml")
    assert found.named("realip-network-vpc").options.importId == "vpc-1a2b3c4d"
    assert found.named("realip-cluster").options.importId == "cls-1a2b3c4d"
    assert found.named("realip-nodes").options.importId == ""


def test_nat() -> None:
    assert _up("Pulumi.nat.yaml").one("Nat/gateway:Gateway").inputs["bandwidth"] == 20


def test_no_nat() -> None:
    found = _up("Pulumi.no-nat.yaml")
    for kind in ("Nat/gateway:Gateway", "Eip/instance:Instance", "Route/tableEntry:TableEntry"):
        assert found.of(kind) == []


def test_ports_and_udp() -> None:
    found = _up("Pulumi.ports-and-udp.yaml")
    service = found.one("core/v1:Service")
    assert [port["port"] for port in service.inputs["spec"]["ports"]] == [53, 853]
    annotation = service.inputs["metadata"]["annotations"]["service.cloud.tencent.com/specify-protocol"]
    assert annotation == '{"53":{"protocol":["TCP","UDP"]},"853":{"protocol":["TCP_SSL"],"tls":"clb-direct-pod-853"}}'
    assert found.one("Secret").inputs["stringData"] == {"qcloud_cert_id": "1a2B3c4D"}


def test_hosts_and_https() -> None:
    found = _up("Pulumi.hosts-and-https.yaml")
    ingress = found.one("Ingress").inputs
    assert [rule["host"] for rule in ingress["spec"]["rules"]] == ["shop.example.com", "*.shop.example.com"]
    assert ingress["metadata"]["annotations"]["ingress.cloud.tencent.com/auto-rewrite"] == "true"
    assert found.stack.outputs["url"] == "https://shop.example.com/"


def test_allow_list() -> None:
    found = _up("Pulumi.allow-list.yaml")
    listed = {rule["cidrBlock"] for rule in found.named("realip-load-balancer-rules").inputs["ingresses"]}
    assert listed == {"198.51.100.0/24", "192.0.2.0/24"}
    nodes = found.named("realip-network-node-rules").inputs["ingresses"]
    assert {rule["description"] for rule in nodes} == {"nodes and pods among themselves"}


def test_health_check() -> None:
    found = _up("Pulumi.health-check.yaml")
    (config,) = [made for made in found.resources if made.type.endswith(":TkeServiceConfig")]
    (listener,) = config.inputs["spec"]["loadBalancer"]["l4Listeners"]
    assert listener["healthCheck"] == {
        "enable": True,
        "intervalTime": 6,
        "timeout": 3,
        "healthNum": 2,
        "unHealthNum": 2,
    }
    pod = found.one("Deployment").inputs["spec"]["template"]["spec"]
    assert pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"] == 12


def _template(name: str) -> dict[str, Any]:
    template: dict[str, Any] = _up(name).one("Deployment").inputs["spec"]["template"]
    return template


def test_files() -> None:
    spec = _template("Pulumi.files.yaml")["spec"]
    sources = [volume.get("configMap") or volume["secret"] for volume in spec["volumes"]]
    assert sources[0] == {"name": "shop-settings"}
    assert sources[1]["secretName"] == "shop-tls"
    assert {item["path"] for item in sources[1]["items"]} == {"cert.pem", "key.pem"}
    assert [mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]] == ["/etc/shop", "/etc/shop-tls"]


def test_without_root() -> None:
    found = _up("Pulumi.without-root.yaml")
    assert list(found.one("Namespace").inputs["metadata"]["labels"].values()) == ["restricted"]
    context = _template("Pulumi.without-root.yaml")["spec"]["securityContext"]
    assert (context["runAsNonRoot"], context["runAsUser"]) == (True, 10001)
    assert context["sysctls"] == [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "80"}]


def test_pod_template() -> None:
    template = _template("Pulumi.pod-template.yaml")
    assert template["metadata"] == {
        "annotations": {"prometheus.io/scrape": "true"},
        "labels": {"app": "real-ip-app", "tier": "front"},
    }
    spec = template["spec"]
    assert spec["priorityClassName"] == "business-critical"
    assert list(spec["affinity"]) == ["nodeAffinity"]
    assert spec["volumes"][1] == {"name": "uploads", "persistentVolumeClaim": {"claimName": "uploads"}}
    containers = {one["name"]: one for one in spec["containers"]}
    assert containers.keys() == {"shop", "log"}
    shop = containers["shop"]
    assert shop["startupProbe"] == {
        "httpGet": {"path": "/live", "port": 8080},
        "periodSeconds": 2,
        "failureThreshold": 30,
    }
    assert shop["livenessProbe"] == {"httpGet": {"path": "/live", "port": 8080}, "periodSeconds": 20}
    assert shop["readinessProbe"] == {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 5}
    assert shop["volumeMounts"] == [
        {"name": "cache", "mountPath": "/var/cache/shop"},
        {"name": "uploads", "mountPath": "/var/lib/shop"},
    ]


def test_eni_pods() -> None:
    """An update looks at the cluster first, so that this one is previewed."""
    found = run(program(_values("Pulumi.eni-pods.yaml")), preview=True)
    template = found.one("Deployment").inputs["spec"]["template"]
    assert template["metadata"]["annotations"] == {"tke.cloud.tencent.com/networks": "tke-route-eni"}
    assert found.of("ConfigMapPatch") == found.of("Cluster") == []


def test_autoscaling() -> None:
    found = _up("Pulumi.autoscaling.yaml")
    spec = found.one("HorizontalPodAutoscaler").inputs["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 20)
    assert spec["metrics"][0]["resource"]["target"]["averageUtilization"] == 70
    assert "replicas" not in found.one("Deployment").inputs["spec"]
    assert found.one("PodDisruptionBudget").inputs["spec"]["maxUnavailable"] == "25%"
