"""ClusterAccess: who may reach the API server, a kubeconfig that works from outside, and a provider that stays."""

import traceback
from typing import Any

import pulumi
import pytest
import yaml

from realip import ArgumentError, ClusterAccess
from realip.components.kubeconfig import reachable
from tests.support.cloud import INTERNAL_KUBECONFIG
from tests.support.recording import UNKNOWN, Recording, run
from tests.support.stacks import SLUGS, preview, up


def _access(*, preview: bool = False, **args: Any) -> Recording:
    def program() -> None:
        access = ClusterAccess("way", {"cluster_id": "cls-1", **args})  # type: ignore[typeddict-item]
        pulumi.export("kubeconfig", access.kubeconfig)

    return run(program, preview=preview)


def test_the_public_endpoint_lets_in_administrators_and_nobody_else() -> None:
    found = _access(admin_cidrs=["198.18.0.0/24", "2400::/16"], tags={"team": "edge"}, display_name="shop")
    allowed = {"action": "ACCEPT", "protocol": "TCP", "port": "443", "description": "administrators"}
    assert {resource.name: resource.inputs for resource in found.cloud} == {
        "way-admins": {"name": "shop-admins", "description": "API server", "tags": {"team": "edge"}},
        "way-admin-rules": {
            "securityGroupId": "sg-wayadmins",
            "ingresses": [allowed | {"cidrBlock": "198.18.0.0/24"}, allowed | {"ipv6CidrBlock": "2400::/16"}],
            "egresses": [
                {
                    "action": "ACCEPT",
                    "protocol": "ALL",
                    "port": "ALL",
                    "description": "answers",
                    "cidrBlock": "0.0.0.0/0",
                }
            ],
        },
        "way-endpoint": {
            "clusterId": "cls-1",
            "clusterInternet": True,
            "clusterInternetSecurityGroup": "sg-wayadmins",
        },
    }
    endpoint = found.named("way-endpoint")
    assert set(endpoint.options.additionalSecretOutputs) == {"kubeConfig", "kubeConfigIntranet", "password"}
    assert "way-admin-rules" in found.waits_for(found.named("way-endpoint")), "TKE refuses a group without rules"


def test_the_intranet_endpoint_needs_nobody_from_outside() -> None:
    found = _access(intranet_subnet_id="subnet-1")
    assert {resource.name: resource.inputs for resource in found.cloud} == {
        "way-endpoint": {"clusterId": "cls-1", "clusterIntranet": True, "clusterIntranetSubnetId": "subnet-1"}
    }
    assert yaml.safe_load(found.stack.outputs["kubeconfig"])["clusters"][0]["cluster"]["server"] == "https://10.0.0.9"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({}, ["admin_cidrs = []", "is empty", "intranet_subnet_id"]),
        ({"admin_cidrs": ["198.18.0.1/24"]}, ['admin_cidrs[0] = "198.18.0.1/24"', "write 198.18.0.0/24"]),
        ({"admin_cidrs": ["198.18.0.0/24", "me"]}, ['admin_cidrs[1] = "me"', "is not a CIDR"]),
    ],
)
def test_an_endpoint_for_nobody_or_anybody_is_refused(args: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ArgumentError) as caught:
        _access(**args)
    for word in ["ClusterAccess 'way'", *words]:
        assert word in str(caught.value)


def test_the_provider_carries_the_clusters_id_and_applies_on_the_server() -> None:
    """Without the id a kubeconfig that is not known yet replaces everything on the cluster."""
    provider = _access(admin_cidrs=["198.18.0.0/24"]).one("pulumi:providers:kubernetes")
    assert provider.inputs["clusterIdentifier"] == "cls-1"
    assert provider.inputs["enableServerSideApply"] == "true"
    assert provider.secrets >= {"kubeconfig"}
    assert "https://198.18.0.2" in provider.inputs["kubeconfig"]


def test_the_kubeconfig_is_secret_before_it_is_known() -> None:
    found = _access(preview=True, admin_cidrs=["198.18.0.0/24"])
    assert found.stack.outputs["kubeconfig"] == UNKNOWN
    assert found.stack.secret_outputs == {"kubeconfig"}
    assert found.one("realip:index:ClusterAccess").secret_outputs == {"kubeconfig"}


def test_no_credential_is_in_plain_text_anywhere() -> None:
    for slug in SLUGS:
        for found in (up(slug), preview(slug)):
            for resource in found.resources:
                plain = {key: value for key, value in resource.inputs.items() if key not in resource.secrets}
                if resource.type == "pulumi:pulumi:Stack" or not resource.custom:
                    plain |= {
                        key: value for key, value in resource.outputs.items() if key not in resource.secret_outputs
                    }
                assert "client-key-data" not in repr(plain), resource
                assert "password" not in repr(plain), resource
            assert found.stack.secret_outputs == {"kubeconfig"}


@pytest.mark.parametrize("slug", SLUGS)
def test_a_stacks_endpoint_is_for_its_administrators(slug: str) -> None:
    rules = up(slug).named("realip-access-admin-rules").inputs["ingresses"]
    assert [(rule["cidrBlock"], rule["port"]) for rule in rules] == [("198.18.0.0/24", "443")]


def test_a_stack_with_an_intranet_endpoint_opens_no_public_one() -> None:
    found = up(access={"endpoint": "intranet"})
    endpoint = found.one("ClusterEndpoint").inputs
    assert endpoint["clusterIntranetSubnetId"] == "subnet-realipnetworknodesapguangzhou6"
    assert "clusterInternet" not in endpoint
    assert [group.name for group in found.of("Security/group:Group")] == ["realip-network-nodes"]
    assert found.stack.secret_outputs == {"kubeconfig"}


# --- the kubeconfig -----------------------------------------------------------------------------------------------------


def _cluster(kubeconfig: str) -> dict[str, Any]:
    cluster: dict[str, Any] = yaml.safe_load(kubeconfig)["clusters"][0]["cluster"]
    return cluster


@pytest.mark.parametrize(
    ("endpoint", "server"),
    [
        ("198.18.0.2", "https://198.18.0.2"),
        ("198.18.0.2:443", "https://198.18.0.2:443"),
        ("https://198.18.0.2/", "https://198.18.0.2"),
        ("lb-1a.clb.gz-tencentclb.com:443", "https://lb-1a.clb.gz-tencentclb.com:443"),
        ("[2400::2]:443", "https://[2400::2]:443"),
    ],
)
def test_a_name_that_resolves_inside_tencent_only_gives_way_to_the_endpoint(endpoint: str, server: str) -> None:
    """`up` fails at the first Kubernetes object otherwise (seen); the certificate is still that of the old name."""
    changed = _cluster(reachable(INTERNAL_KUBECONFIG, endpoint))
    assert changed == {
        "certificate-authority-data": "Q0E=",
        "server": server,
        "tls-server-name": "cls-test.ccs.tencent-cloud.com",
    }


def test_everything_else_of_the_kubeconfig_stays_and_carriage_returns_go() -> None:
    before = yaml.safe_load(INTERNAL_KUBECONFIG.replace("\r", ""))
    text = reachable(INTERNAL_KUBECONFIG, "198.18.0.2")
    after = yaml.safe_load(text)
    assert "\r" not in text
    assert {key: value for key, value in after.items() if key != "clusters"} == {
        key: value for key, value in before.items() if key != "clusters"
    }
    assert after["clusters"][0]["name"] == "cls-test"


@pytest.mark.parametrize(
    "server",
    [
        "https://198.18.0.7",
        "https://example.com:6443",
        "https://ccs.tencent-cloud.com.example.com",
        "https://notccs.tencent-cloud.com",
    ],
)
def test_a_server_that_resolves_stays_as_it_is(server: str) -> None:
    given = f"clusters:\r\n- name: a\r\n  cluster: {{server: '{server}'}}\r\n"
    assert _cluster(reachable(given, "198.18.0.2")) == {"server": server}


def test_without_an_endpoint_to_go_to_the_server_stays() -> None:
    assert _cluster(reachable(INTERNAL_KUBECONFIG, ""))["server"] == "https://cls-test.ccs.tencent-cloud.com"


@pytest.mark.parametrize("given", ["", "{}", "clusters:\n", "clusters: [{name: a}]\n"])
def test_a_kubeconfig_without_clusters_does_not_break_the_program(given: str) -> None:
    assert yaml.safe_load(reachable(given, "198.18.0.2")) == (yaml.safe_load(given) or {})


@pytest.mark.parametrize(
    "given",
    [
        "users: [{user: {token: very-secret-token}}\n",
        "very-secret-token",
        "[very-secret-token]",
        "!!int very-secret-token",
    ],
)
def test_what_is_no_kubeconfig_is_told_without_what_is_in_it(given: str) -> None:
    """A YAML parser's own words quote the line."""
    with pytest.raises(pulumi.RunError, match="is none") as caught:
        reachable(given, "198.18.0.2")
    assert "very-secret-token" not in "".join(traceback.format_exception(caught.value))


def test_an_endpoint_with_an_ipv6_address_is_a_url() -> None:
    assert _cluster(reachable(INTERNAL_KUBECONFIG, "2001:db8::1"))["server"] == "https://[2001:db8::1]"
