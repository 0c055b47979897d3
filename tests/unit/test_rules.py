"""The rules by themselves: what TKE and Kubernetes take, at the edges."""

from decimal import Decimal
from ipaddress import ip_network
from typing import Any

import pytest

from realip import machine_rules, rules, tag_rules, tke

_ACCEPTED: list[tuple[Any, list[Any]]] = [
    (rules.canonical_cidr, ["0.0.0.0/0", "198.18.0.7/32", "10.0.0.0/8", "::/0", "2400::/16", "2001:db8::1/128"]),
    (rules.vpc_cidr, ["10.0.0.0/12", "10.0.0.0/28", "172.16.0.0/12", "192.168.0.0/16", "172.31.255.240/28"]),
    (rules.service_cidr, ["10.200.0.0/17", "10.200.0.0/27", "172.16.0.0/22", "192.168.128.0/17"]),
    (rules.cluster_cidr, ["10.0.0.0/10", "172.16.0.0/12", "172.31.255.0/24", "192.168.0.0/16"]),
    (rules.dns_label, ["a", "0", "a-b", "a" * 63, "1a"]),
    (rules.dns_subdomain, ["a", "shop.example.com", "shop.v2", "1.a-b.c", "a" * 253]),
    (rules.service_name, ["a", "a-b", "a1", "a" * 63]),
    (rules.port_name, ["http", "a", "1a", "http-alt", "a" * 15]),
    (rules.ports, ["1", "65535", "80,443", "30000-32768", "80-80"]),
    (rules.app_namespace, ["default", "shop", "kube"]),
    (rules.cloud_name, ["a", "a" * 60, "商店"]),
    (rules.label_value, ["", "a", "A.b_c-d", "a" * 63]),
    (rules.label_key, ["a", "example.com/a", "a.b.c/A_b.c-d", "a" * 63, f"{'a' * 63}.b/{'c' * 63}"]),
    (
        rules.image_reference,
        [
            "nginx",
            "nginx:1.27",
            "library/nginx",
            "registry.example.com/team/app:v1",
            "registry.example.com:5000/team/app",
            "registry.example.com:65535/app",
            "localhost/app",
            f"app@sha256:{'a' * 64}",
            f"registry.example.com/a_b/c__d/e-f:v1@sha256:{'0' * 64}",
            "vickytan-demo.tencentcloudcr.com/kestrelli/images:v1.0",
        ],
    ),
    (rules.kubernetes_version, ["1.32.2", "1.30.0", "1.20.6"]),
    (rules.availability_zone, ["ap-guangzhou-6", "na-siliconvalley-1", "ap-shanghai-fsi-1"]),
    (rules.cpu, ["1", "0.5", "250m", "64", "1.", ".5", "+2", "1k", "1e3", "1E-1", "500000u", 2, 0.25, 2.0]),
    (
        rules.memory,
        [
            "1Ki",
            "256Mi",
            "1Gi",
            "512M",
            "1T",
            "2Ti",
            "1.5Gi",
            "1e9",
            "1E9",
            "1E",
            "1073741824",
            "0.5Ki",
            "1000m",
            512,
            1e9,
            2**63 - 1,
        ],
    ),
    (rules.instance_type, ["S5.MEDIUM4", "SA2.MEDIUM2", "GN10Xp.2XLARGE40"]),
    (tag_rules.tag_key, ["a", "团队", "a" * 127, "a b", "cost-center", "a.b_c:d/e@f(g)[h],;><+=", "my-project"]),
    (tag_rules.tag_value, ["a", "a" * 255, "【店】"]),
    (
        machine_rules.kubelet_argument,
        ["max-pods=64", "allowed-unsafe-sysctls=net.core.somaxconn", "root-dir=/var/lib/test"],
    ),
    (machine_rules.kernel_argument, ["kernel.pid_max=65535", "fs.file-max=400000", "net.ipv4.tcp_mem=1 2 3"]),
    (rules.environment_identifier, ["A", "_a", "a.b-c", "-a", "."]),
    (rules.process_text, ["", "a\nb", "é", " "]),
    (machine_rules.node_label, ["role", "example.com/pool", "node.kubernetes.io/exclude-from-external-load-balancers"]),
    (rules.url_path, ["/", "/healthz", "/a/b?c=d"]),
]

_REFUSED: list[tuple[Any, list[Any]]] = [
    (
        rules.canonical_cidr,
        [
            "",
            "me",
            "198.18.0.7",
            "10.0.0.1/16",
            "10.0.0.0/33",
            "10.0.0.0/255.255.0.0",
            "10.0/16",
            "2001:DB8::/32",
            "fe80::%eth0/64",
            " 10.0.0.0/16",
            "10.0.0.0/16 ",
            "010.0.0.0/8",
        ],
    ),
    (
        rules.vpc_cidr,
        ["10.0.0.0/11", "10.0.0.0/29", "11.0.0.0/16", "172.32.0.0/16", "192.168.0.0/15", "192.168.0.0/11", "fd00::/16"],
    ),
    (rules.service_cidr, ["10.200.0.0/16", "10.200.0.0/28", "9.0.0.0/20", "100.64.0.0/20"]),
    (rules.cluster_cidr, ["10.0.0.0/9", "172.16.0.0/25", "9.0.0.0/16", "11.0.0.0/16"]),
    (rules.dns_label, ["", "A", "-a", "a-", "a.b", "a_b", "a" * 64, "é", "a\n"]),
    (rules.dns_subdomain, ["", "A", ".a", "a.", "a..b", "a.-b", "a-.b", "a_b", "a" * 254, "a\n", "*.a"]),
    (rules.port_name, ["", "80", "HTTP", "-a", "a-", "a--b", "a" * 16, "a.b", "http\n"]),
    (rules.ports, ["", "http", "0", "65536", "80-", "-80", "90-80", "1-2-3", "80,90-100", "80, 90", "ALL", "80\n"]),
    (rules.app_namespace, ["", "kube-system", "kube-", "a.b"]),
    (rules.cloud_name, ["", "a" * 61]),
    (rules.service_name, ["", "1a", "-a", "a-", "A", "a.b", "a" * 64, "a\n"]),
    (rules.label_value, ["-", "a-", ".a", "a b", "a" * 64, "a/b", "é"]),
    (rules.label_key, ["", "/", "a/", "/a", "A.com/a", "a..b/c", "a/b/c", "a" * 64, f"{'a' * 254}/b", "-a"]),
    (
        rules.image_reference,
        [
            "",
            "Nginx",
            "nginx:",
            "nginx latest",
            "nginx:la test",
            "/nginx",
            "nginx/",
            "a//b",
            "nginx@sha256:abc",
            f"nginx:{'a' * 129}",
            "http://example.com/a",
            f"{'a/' * 256}a",
            "nginx:1@",
            "a---/b",
            "nginx\n",
            "registry.example.com:99999/a/b:v1",
            "registry.example.com:0/a",
            "registry.example.com:65536/a",
            "a" * 256,
            "0123456789abcdef" * 4,
        ],
    ),
    (
        rules.kubernetes_version,
        [
            "",
            "1.32",
            "v1.32.2",
            "1.32.2-tke.1",
            "1.x.2",
            "1.32.2.1",
            "2.0.0",
            "0.9.1",
            "\u0661.32.2",
            f"1.{'9' * 5000}.1",
        ],
    ),
    (
        rules.availability_zone,
        [
            "",
            "ap-guangzhou",
            "guangzhou-6",
            "ap_guangzhou_6",
            "AP-GUANGZHOU-6",
            "ap-guangzhou-6a",
            "ap-guangzhou-0",
            "ap-guangzhou-06",
            "ap-guangzhou-100",
        ],
    ),
    (
        rules.cpu,
        [
            "",
            "0",
            "0m",
            "-1",
            "1 core",
            "1.5m1",
            "1.2345",
            "1K",
            "100n",
            "1e",
            "1e400",
            "inf",
            "nan",
            ".",
            "1e1m",
            "\u0661",
            0,
            -1,
            0.0001,
            float("inf"),
            float("nan"),
            10**30,
        ],
    ),
    (
        rules.memory,
        ["", "0Mi", "256MB", "-1Gi", "256mi", "256m", "0.3", "1.0001Ki", "9Ei9", "8Ei", "1e19", "9" * 40, 0, 1.5],
    ),
    (rules.instance_type, ["", "S5", "s5.medium4", "S5.MEDIUM4 ", "S5-MEDIUM4"]),
    # Tag 651/13354: what is not listed is not taken
    (
        tag_rules.tag_key,
        ["", "  ", "a" * 128, " a", "a ", "a\n", "a#b", "🙂", "qcs:a", "project", "QCloud", "tencent-x", "项目"],
    ),
    (tag_rules.tag_value, ["", " ", "a" * 256, "a\tb", "50%", "🙂"]),
    (machine_rules.kubelet_argument, ["", "max-pods", "--max-pods=64", "maxPods=64", "max-pods=", "max-pods=6 4"]),
    (machine_rules.kernel_argument, ["", "vm.swappiness", "vm.swappiness=", "vm swappiness=0", "a=b\nc=d"]),
    (rules.environment_identifier, ["", "1A", "MY VAR", "a/b", "é"]),
    (rules.process_text, ["\0", "a\0b"]),
    (
        machine_rules.node_label,
        ["", "kubernetes.io/hostname", "topology.kubernetes.io/zone", "node.kubernetes.io/instance-type"],
    ),
    (rules.url_path, ["", "healthz", "/a b", "/a\n", "/" + "a" * 1024, "http://a/"]),
]


@pytest.mark.parametrize(("rule", "value"), [(rule, value) for rule, values in _ACCEPTED for value in values])
def test_accepted(rule: Any, value: str) -> None:
    rule(value)


@pytest.mark.parametrize(("rule", "value"), [(rule, value) for rule, values in _REFUSED for value in values])
def test_refused_with_what_to_write_instead(rule: Any, value: str) -> None:
    with pytest.raises(ValueError, match=r"; (write|use|choose|TKE takes|say|give) ") as caught:
        rule(value)
    said = str(caught.value)
    assert said.startswith(("is ", "has ", "lies ", "names ")), "it follows the value in a sentence"


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("10.0.1.0/16", "write 10.0.0.0/16"),
        ("198.18.0.7", "write 198.18.0.7/32"),
        ("2400::1", "write 2400::1/128"),
        ("10.0.0.0/255.255.0.0", "write 10.0.0.0/16"),
    ],
)
def test_a_network_written_wrong_is_written_right(value: str, remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy):
        rules.canonical_cidr(value)


@pytest.mark.parametrize(
    ("cidr", "pods", "services", "nodes"),
    [
        ("172.16.0.0/16", 64, 1024, 1008),  # the documents' example: (65536 - 1024) / 64
        ("172.16.0.0/16", 256, 1024, 252),
        ("172.16.0.0/24", 64, 0, 4),
        ("172.16.0.0/24", 64, 256, 0),
        ("172.16.0.0/24", 64, 1024, 0),
        ("172.16.0.0/22", 64, 32, 15),
    ],
)
def test_how_many_nodes_a_globalrouter_network_holds(cidr: str, pods: int, services: int, nodes: int) -> None:
    network = rules.cluster_cidr(cidr)
    assert rules.global_router_nodes(network, pods, services) == nodes


@pytest.mark.parametrize(("cidr", "number"), [("10.200.0.0/20", 4096), ("10.200.0.0/22", 1024), ("10.200.0.0/24", 256)])
def test_services_and_their_network_agree(cidr: str, number: int) -> None:
    """TKE refuses a number and a network that do not agree: /20 is 4096, /22 is 1024, /24 is 256."""
    assert rules.service_numbers(rules.service_cidr(cidr)) == number


@pytest.mark.parametrize(("cidr", "left"), [("10.0.0.0/20", 4093), ("10.0.0.0/29", 5), ("10.0.0.0/31", 0)])
def test_three_addresses_of_a_subnet_are_not_for_use(cidr: str, left: int) -> None:
    network = ip_network(cidr)
    assert rules.subnet_addresses(network) == left  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cidr", "kept"),
    [
        ("203.0.113.0/24", True),
        ("203.0.113.7/32", True),
        ("192.0.2.0/25", True),
        ("198.51.100.0/24", True),
        ("2001:db8:1::/48", True),
        ("203.0.112.0/23", False),
        ("203.0.114.0/24", False),
        ("198.18.0.0/15", False),
        ("0.0.0.0/0", False),
        ("2001:db9::/32", False),
    ],
)
def test_ranges_of_examples_are_known(cidr: str, kept: bool) -> None:
    assert rules.documentation_range(cidr) is kept


@pytest.mark.parametrize(
    ("cidrs", "whole"),
    [
        ([], False),
        (["0.0.0.0/0"], True),
        (["::/0"], True),
        (["0.0.0.0/1"], True),
        (["1.0.0.0/8", "0.0.0.0/2"], True),
        (["::/1"], True),
        (["2000::/3"], True),
        (["2400::/10"], False),
        (["2400::/6"], True),
        (["0.0.0.0/1", "128.0.0.0/1"], True),
        (["128.0.0.0/6"], True),
        (["4.0.0.0/8", "5.0.0.0/8", "6.0.0.0/8", "7.0.0.0/8"], True),
        (["4.0.0.0/8", "5.0.0.0/8", "6.0.0.0/8"], False),
        ([f"{first}.0.0.0/9" for first in range(1, 9)], True),
        (["4.0.0.0/8"] * 9, False),
        (["fc00::/7", "fe80::/10"], False),
        (["2400::/12", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], False),
        (["198.18.0.7/32", "2001:db8::/32"], False),
    ],
)
def test_networks_that_are_as_good_as_the_whole_internet_are_told_by_what_they_cover(
    cidrs: list[str], whole: bool
) -> None:
    assert rules.whole_internet(cidrs) is whole


@pytest.mark.parametrize(
    ("quantity", "written"), [("1.50", "1.50"), (2, "2"), (2.0, "2"), (0.5, "0.5"), (1e9, "1000000000")]
)
def test_a_number_is_written_as_the_text_that_kubernetes_reads(quantity: Any, written: str) -> None:
    assert rules.quantity_text(quantity) == written


def test_quantities_are_compared_by_what_they_mean() -> None:
    assert rules.cpu("1") == rules.cpu("1000m") == Decimal(1)
    assert rules.cpu("0.25") == rules.cpu("250m")
    assert rules.memory("1Gi") == rules.memory("1024Mi") == 2**30
    assert rules.memory("1Mi") == rules.memory("1024Ki") == 2**20
    assert (
        rules.memory("512M")
        == rules.memory("0.512G")
        == rules.memory("512e6")
        == rules.memory(512_000_000)
        == 512 * 10**6
    )
    assert rules.memory("1.5Gi") == 3 * 2**29
    assert rules.memory("1Ti") == 2**40
    assert rules.cpu(2) == rules.cpu("2") == rules.cpu("2e0") == rules.cpu("0.002k") == 2


def test_tkes_limits_are_the_documented_ones() -> None:
    assert tke.CLUSTER_POD_NUMBERS == (16, 32, 64, 128, 256)
    assert tke.CLUSTER_SERVICE_NUMBERS == (32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
    assert tke.CLUSTER_LEVELS == {
        "L5": 5, "L20": 20, "L50": 50, "L100": 100, "L200": 200, "L500": 500, "L1000": 1000, "L3000": 3000, "L5000": 5000,
    }  # fmt: skip
    assert (tke.SERVICE_CIDR_MASKS.start, tke.SERVICE_CIDR_MASKS.stop - 1) == (17, 27)
    assert (tke.CLUSTER_CIDR_MASKS.start, tke.CLUSTER_CIDR_MASKS.stop - 1) == (10, 24)
    assert tke.NODE_PORT_RANGE == (30000, 32768)
