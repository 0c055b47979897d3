"""Settings that somebody might write: right ones, wrong ones, and ones that are nearly right."""

from typing import Any

from hypothesis import strategies as st

from tests.support.guide import FACTS
from tests.support.stacks import SLUGS

ZONES = ["ap-guangzhou-3", "ap-guangzhou-6", "ap-guangzhou-7"]

JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=12)
    | st.sampled_from(["", " ", "true", "0", "1.30", "10.0.0.0/16", "vpc-1", "\x00", "\ud800", "\u0661"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def cidrs(draw: st.DrawFn, smallest: int = 8, largest: int = 32) -> str:
    """Networks, mostly private and canonical."""
    mask = draw(st.integers(smallest, largest))
    first = draw(st.sampled_from([10, 10, 172, 192, 9, 100]))
    second = {172: draw(st.integers(16, 31)), 192: 168}.get(first, draw(st.integers(0, 255)))
    address = (first << 24) | (second << 16) | draw(st.integers(0, 65535))
    if draw(st.integers(0, 9)):
        address &= -1 << (32 - mask)
    return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}/{mask}"


def _maybe(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


def _wrong(fields: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Any]:
    """A section with one thing in it that does not belong there, or something else altogether."""
    names = st.sampled_from(["zones", "cidr", "port", "nope", "replicas", "version", "adminCidrs", "labels", "taints"])
    spoilt = st.tuples(fields, names, JUNK).map(lambda parts: parts[0] | {parts[1]: parts[2]})
    return spoilt | JUNK


_SUBNETS = st.lists(
    st.fixed_dictionaries(
        {"zone": st.sampled_from(ZONES)},
        optional={"cidr": cidrs(14, 29), "id": st.sampled_from(["subnet-1", "subnet-2", "sub"])},
    ),
    max_size=3,
)
_SECONDS = st.integers(20, 700)
_NAMES = st.sampled_from(["default", "shop", "a", "web-1", "1web", "Web", "-"])
_LABELS = st.dictionaries(
    st.sampled_from(["role", "example.com/role", "-"]), st.sampled_from(["web", "", "-"]), max_size=2
)

_PORTS = st.lists(
    st.fixed_dictionaries(
        {"port": st.sampled_from([53, 443, 8080, 0])},
        optional={
            "name": st.sampled_from(["dns", "web", "-"]),
            "targetPort": st.sampled_from([53, 5353, 9100, -1]),
            "protocol": st.sampled_from(["TCP", "UDP", "TCP_SSL", "SCTP"]),
            "certificateId": st.sampled_from(["1a2B3c4D", "x y"]),
            "certificateSecret": st.sampled_from(["tls", "-"]),
        },
    ),
    max_size=4,
)
_HOSTS = st.lists(
    st.fixed_dictionaries(
        {"host": st.sampled_from(["shop.example.com", "*.example.com", "Shop.example.com", "shop"])},
        optional={
            "paths": st.lists(
                st.sampled_from(
                    ["/", "/api", "~x", {"path": "/b", "service": "b", "port": 80}, {"path": "/c", "port": 1}]
                ),
                max_size=3,
            ),
            "certificateId": st.sampled_from(["1a2B3c4D", "x y"]),
            "certificateSecret": st.sampled_from(["tls", "-"]),
        },
    ),
    max_size=3,
)
_CHECKS = _maybe(
    enable=st.booleans(),
    intervalTime=st.integers(4, 310),
    timeout=st.integers(1, 61),
    healthNum=st.integers(1, 11),
    unHealthNum=st.integers(1, 11),
    httpCheckPath=st.sampled_from(["/ready", "~x"]),
    httpCheckDomain=st.sampled_from(["shop.example.com", "*.example.com"]),
    httpCheckMethod=st.sampled_from(["HEAD", "GET", "PUT"]),
)
_ANNOTATIONS = st.dictionaries(
    st.sampled_from(
        [
            "example.com/owner",
            "service.cloud.tencent.com/direct-access",
            "service.kubernetes.io/loadbalance-id",
            "ingress.cloud.tencent.com/mode",
            "service.kubernetes.io/service.extensiveParameters",
        ]
    ),
    st.sampled_from(["edge", '{"VipIsp":"CTCC"}', '{"AddressIPVersion":"IPV6"}', "{"]),
    max_size=2,
)

SECTIONS: dict[str, st.SearchStrategy[Any]] = {
    "network": _maybe(
        cidr=cidrs(10, 29),
        nat=st.booleans(),
        natBandwidth=st.sampled_from([20, 100, 500, 1]),
        auxiliaryCidrs=st.lists(cidrs(14, 29), max_size=2),
        zones=st.lists(st.sampled_from(ZONES), max_size=3),
        vpcId=st.sampled_from(["vpc-1", "vpc-1", "net"]),
        nodeSubnets=_SUBNETS,
        podSubnets=_SUBNETS,
    ),
    "cluster": _maybe(
        name=_NAMES,
        version=st.sampled_from(["1.32.2", "1.30.0", "1.29.5", "1.19.0", "1.18.1", "1.32", 1.3]),
        level=st.sampled_from(["L5", "L20", "L5000", "L1"]),
        deletionProtection=st.booleans(),
        serviceCidr=cidrs(16, 28),
        clusterCidr=cidrs(9, 25),
        podsPerNode=st.sampled_from([16, 64, 256, 100]),
        services=st.sampled_from([32, 1024, 32768, 33]),
        exclusiveEni=st.booleans(),
        staticPodIps=st.booleans(),
    ),
    "nodes": _maybe(
        instanceTypes=st.lists(st.sampled_from(["S5.MEDIUM4", "SA5.LARGE8", "big"]), max_size=2),
        systemDiskType=st.sampled_from(["CLOUD_SSD", "CLOUD_BSSD", "SSD"]),
        systemDiskSize=st.integers(40, 1100),
        keyIds=st.lists(st.sampled_from(["skey-1", "skey-2", "x"]), max_size=2),
        additionalSecurityGroupIds=st.lists(st.sampled_from(["sg-1", "x"]), max_size=2),
        kubeletArgs=st.lists(st.sampled_from(["max-pods=64", "--max-pods=64"]), max_size=2),
        kernelArgs=st.lists(st.sampled_from(["vm.swappiness=0", "vm.swappiness"]), max_size=2),
        dataDisks=st.lists(
            _maybe(
                diskType=st.sampled_from(["CLOUD_SSD", "LOCAL_NVME", "SSD"]),
                diskSize=st.integers(0, 40000),
                mountTarget=st.sampled_from(["/data", "/etc", "data", "/a/../b"]),
                fileSystem=st.sampled_from(["ext4", "xfs", "ntfs"]),
            ),
            max_size=2,
        ),
        instanceChargePrepaid=_maybe(period=st.sampled_from([1, 12, 13]), renewFlag=st.just("NOTIFY_AND_AUTO_RENEW")),
        internetAccessible=_maybe(
            maxBandwidthOut=st.integers(0, 2100),
            chargeType=st.sampled_from(["BANDWIDTH_PACKAGE", "TRAFFIC_POSTPAID_BY_HOUR", "x"]),
            bandwidthPackageId=st.sampled_from(["bwp-1", "x"]),
        ),
        pools=st.lists(
            _maybe(
                name=_NAMES,
                replicas=st.integers(0, 30),
                instanceTypes=st.lists(st.sampled_from(["S5.MEDIUM4", "big"]), max_size=2),
                autoscaling=_maybe(min=st.integers(0, 9), max=st.integers(0, 30)),
            ),
            max_size=2,
        ),
        replicas=st.integers(-1, 30),
        autoscaling=_maybe(min=st.integers(0, 9), max=st.integers(0, 30)),
        labels=_LABELS,
        taints=st.lists(
            st.fixed_dictionaries(
                {"key": st.sampled_from(["web", "a/b"]), "effect": st.sampled_from(["NoSchedule", "NoExecute", "No"])},
                optional={"value": st.sampled_from(["", "only"])},
            ),
            max_size=2,
        ),
    ),
    "app": _maybe(
        image=st.sampled_from(["nginx", "registry.example.com:5000/a/b:v1", "A b"]),
        replicas=st.integers(-1, 60),
        autoscaled=st.booleans(),
        autoscaling=_maybe(
            minReplicas=st.integers(0, 9),
            maxReplicas=st.integers(1, 30),
            cpuUtilization=st.sampled_from([0, 70, 500]),
            memoryUtilization=st.sampled_from([80, 300]),
        ),
        disruptionBudget=_maybe(maxUnavailable=st.sampled_from([1, "25%", "100%", 0, "x"])),
        echo=st.booleans(),
        port=st.integers(-1, 70000),
        servicePort=st.sampled_from([80, 443, 0]),
        namespace=_NAMES,
        deployment=_NAMES,
        container=_NAMES,
        service=_NAMES,
        ingress=_NAMES,
        label=st.sampled_from(["web", "real-ip-app", "a b", ""]),
        cpuRequest=st.sampled_from(["100m", "1", "2", "x"]),
        memoryRequest=st.sampled_from(["64Mi", "1Gi", "x"]),
        readinessPath=st.sampled_from(["/", "/healthz", "x"]),
        podTemplate=st.sampled_from(
            [
                {"spec": {"priorityClassName": "high"}},
                {"metadata": {"annotations": {"a": "b"}}, "spec": {"volumes": [{"name": "x", "emptyDir": {}}]}},
                {"spec": {"hostNetwork": True}},
                {"spec": {"tolerations": []}},
                {"spec": {"containers": [{"name": "web-1", "image": "a"}]}},
                {"spec": {"node_selector": {}}},
                {"spec": None},
            ]
        ),
        files=st.lists(
            st.fixed_dictionaries(
                {"path": st.sampled_from(["/etc/app", "/srv", "/opt", "app"])},
                optional={"secret": st.just("tls"), "configMap": st.sampled_from(["web.settings", "A"])},
            ),
            max_size=2,
        ),
        eniPods=st.booleans(),
        podSecurity=st.sampled_from(["baseline", "restricted", "privileged"]),
        runAsUser=st.sampled_from([0, 1000, -1]),
        drainSeconds=st.integers(-1, 310),
        timeoutSeconds=_SECONDS,
    ),
    "loadBalancer": _maybe(
        internal=st.booleans(),
        internalSubnetId=st.sampled_from(["subnet-9", "9"]),
        existingId=st.sampled_from(["lb-1", "1"]),
        bandwidth=st.integers(0, 2100),
        securityGroupIds=st.lists(st.sampled_from(["sg-1", "sg-2", "x"]), max_size=6),
        ports=_PORTS,
        hosts=_HOSTS,
        redirect=st.booleans(),
        listenPorts=_maybe(http=st.sampled_from([80, 8080, 0]), https=st.sampled_from([80, 443, 8443])),
        shared=st.booleans(),
        healthCheck=_CHECKS,
        scheduler=st.sampled_from(["WRR", "LEAST_CONN", "IP_HASH"]),
        sessionExpireTime=st.integers(20, 3700),
        annotations=_ANNOTATIONS,
        labels=_LABELS,
        timeoutSeconds=_SECONDS,
    ),
    "access": _maybe(
        endpoint=st.sampled_from(["public", "public", "intranet", "none"]),
        adminCidrs=st.lists(st.sampled_from(["198.18.0.0/24", "0.0.0.0/0", "::/0", "2400::/16", "me"]), max_size=2),
        allowEveryone=st.booleans(),
        clientCidrsAt=st.sampled_from(["load-balancer", "nodes", "clb"]),
        clientCidrs=st.lists(st.sampled_from(["198.19.0.0/16", "0.0.0.0/0", "::/0", "10.0.0.1/8"]), max_size=2),
    ),
    "tags": st.dictionaries(st.sampled_from(["team", "cost", " "]), st.sampled_from(["edge", "42"]), max_size=2),
}

SCENARIO = st.sampled_from(SLUGS) | st.fixed_dictionaries(
    {
        "networkMode": st.sampled_from(["VPC-CNI", "GlobalRouter"]),
        "nodeType": st.sampled_from(["native", "super"]),
        "connection": st.sampled_from(["direct", "non-direct"]),
    },
    optional={"layer": st.sampled_from([4, 7, 7, 5, "4"])},
)


@st.composite
def anything(draw: st.DrawFn) -> dict[str, Any]:
    """Settings with anything in them."""
    values: dict[str, Any] = {}
    for name, fields in {"scenario": SCENARIO, **SECTIONS}.items():
        match draw(st.integers(0, 9)):
            case 0:
                values[name] = draw(_wrong(fields) if name != "scenario" else JUNK)
            case 1 | 2 | 3 | 4 | 5 | 6:
                values[name] = draw(fields)
    if draw(st.integers(0, 9)) == 0:
        values[draw(st.text(max_size=8))] = draw(JUNK)
    return values


@st.composite
def _right_ports(draw: st.DrawFn, *, secure: bool, direct: bool) -> list[dict[str, Any]]:
    """Ports that go together, each number once or, with direct access, with both protocols."""
    numbers = draw(st.lists(st.integers(1, 65535), min_size=1, max_size=4, unique=True))
    ports: list[dict[str, Any]] = []
    for number in numbers:
        port = {"name": f"p{number}", "port": number} | draw(_maybe(targetPort=st.integers(1, 9000)))
        kinds = [["TCP"], *([["UDP"], ["TCP", "UDP"]] if direct else []), *([["TCP_SSL"]] if secure else [])]
        protocols = draw(st.sampled_from(kinds))
        certificate = {"certificateId": "1a2B3c4D"} if protocols == ["TCP_SSL"] else {}
        ports += [port | {"protocol": protocol} | certificate for protocol in protocols]
    return ports


@st.composite
def _right_network(draw: st.DrawFn, *, vpc_cni: bool) -> dict[str, Any]:
    """A network whose subnets lie inside it, carved, said or existing."""
    zones = draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True))
    second = draw(st.integers(0, 255).filter(lambda part: part != 200))  # where Services are, if nobody says
    existing = draw(st.booleans()) and draw(st.booleans())
    network: dict[str, Any] = {"cidr": f"10.{second}.0.0/16", "zones": zones}
    if existing:
        network["vpcId"] = "vpc-1"
    if draw(st.booleans()) or existing:
        for group, offset in (("nodeSubnets", 0), *((("podSubnets", 8),) if vpc_cni else ())):
            network[group] = [
                {"zone": zone, "cidr": f"10.{second}.{(index + offset) * 16}.0/20"}
                | ({"id": f"subnet-{offset}{index}"} if existing else {})
                for index, zone in enumerate(zones)
            ]
    if "podSubnets" in network and draw(st.booleans()):
        if existing:  # pods beside the nodes
            network["podSubnets"] = [dict(subnet) for subnet in network["nodeSubnets"]]
        else:
            network["auxiliaryCidrs"] = [f"10.{(second + 1) % 256}.0.0/16"]
            for index, subnet in enumerate(network["podSubnets"]):
                subnet["cidr"] = f"10.{(second + 1) % 256}.{index * 16}.0/20"
    return network


@st.composite
def mostly_right(draw: st.DrawFn) -> dict[str, Any]:
    """Settings of which a good part can be used: each section on its own is what somebody might mean."""
    slug = draw(st.sampled_from(SLUGS))
    facts = FACTS[slug]
    vpc_cni, super_nodes = facts.mode == "VPC-CNI", facts.nodes == "super"
    values: dict[str, Any] = {"scenario": slug, "network": draw(_right_network(vpc_cni=vpc_cni))}
    cluster = draw(
        _maybe(
            version=st.sampled_from(["1.32.2", "1.29.5"]),
            name=st.sampled_from(["shop", "a"]),
            level=st.sampled_from(["L20", "L50"]),
        )
    )
    if draw(st.booleans()):
        cluster["serviceCidr"] = draw(st.sampled_from(["192.168.0.0/20", "192.168.128.0/24", "192.168.0.0/27"]))
    if not vpc_cni:
        cluster |= draw(
            _maybe(
                podsPerNode=st.sampled_from([16, 64, 256]),
                clusterCidr=st.sampled_from(["172.16.0.0/12", "172.20.0.0/16", "172.20.0.0/20"]),
            )
        )
    elif draw(st.booleans()):
        cluster |= draw(_maybe(exclusiveEni=st.booleans(), staticPodIps=st.booleans()))
    values["cluster"] = cluster
    values["nodes"] = draw(
        _maybe(labels=st.just({"role": "web"}), taints=st.just([{"key": "web", "effect": "NoSchedule"}]))
    )
    if not super_nodes:
        values["nodes"] |= draw(
            _maybe(
                replicas=st.integers(1, 4),
                autoscaling=st.just({"min": 1, "max": 4}),
                keyIds=st.just(["skey-1"]),
                kubeletArgs=st.just(["max-pods=64"]),
                dataDisks=st.just([{"diskType": "CLOUD_SSD", "diskSize": 100, "mountTarget": "/data"}]),
                internetAccessible=st.just({"maxBandwidthOut": 5}),
                pools=st.just([{"name": "batch", "replicas": 1, "labels": {"role": "batch"}}]),
            )
        )
    # Three addresses of a block are no pod's, and a rollout has one pod more than there are replicas.
    most = 12 if cluster.get("podsPerNode") == 16 else 60
    values["app"] = draw(
        _maybe(
            replicas=st.integers(1, most),
            port=st.integers(1, 65535),
            servicePort=st.integers(1, 65535),
            namespace=st.sampled_from(["default", "shop"]),
            service=st.sampled_from(["web", "a-b"]),
            label=st.sampled_from(["web"]),
            readinessPath=st.just("/healthz"),
            envFrom=st.just([{"secret": "database"}]),
            imagePullSecrets=st.just(["registry"]),
            serviceAccount=st.just("web"),
            command=st.just(["/run"]),
            args=st.just(["-v"]),
        )
    )
    if facts.layer == 7:
        values["app"] |= draw(_maybe(ingress=st.just("door")))
    values["loadBalancer"] = draw(
        st.sampled_from(
            [
                {},
                {"internal": True},
                {"internal": True, "internalSubnetId": "subnet-9"},
                {"existingId": "lb-1"},
                {"bandwidth": 50, "securityGroupIds": ["sg-1", "sg-2"]},
                {"annotations": {"example.com/owner": "edge"}, "labels": {"tier": "front"}},
                {"healthCheck": {"intervalTime": 10, "unHealthNum": 4}, "sessionExpireTime": 60},
            ]
        )
    )
    if facts.layer == 4 and "servicePort" not in values["app"] and draw(st.booleans()):
        secure = not {"healthCheck", "sessionExpireTime"} & values["loadBalancer"].keys()
        values["loadBalancer"] |= {"ports": draw(_right_ports(secure=secure, direct=facts.connection == "direct"))}
    clients = draw(st.sampled_from([[], ["0.0.0.0/0"], ["198.19.0.0/16"], ["198.19.0.0/16", "::/0"]]))
    at = draw(st.sampled_from([{}, {"clientCidrsAt": "nodes"}, {"clientCidrsAt": "load-balancer"}]))
    if not clients or (values["loadBalancer"].get("existingId") and "nodes" not in at.values()):
        at = {}
    values["access"] = {"clientCidrs": clients, **at} | draw(
        st.sampled_from(
            [
                {"adminCidrs": ["198.18.0.0/24"]},
                {"adminCidrs": ["198.18.0.0/24", "2400::/16"]},
                {"adminCidrs": ["0.0.0.0/0"], "allowEveryone": True},
                {"endpoint": "intranet"},
            ]
        )
    )
    values["tags"] = draw(st.sampled_from([{}, {"team": "edge"}]))
    return values
