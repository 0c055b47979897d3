"""TkeServiceConfig: health checks, scheduling and sessions, under TKE's own names (457/45490, 457/45700)."""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from realip import ArgumentError, DirectService, TkeServiceConfig, parse_settings
from realip.settings.exposure_plan import drain_seconds
from tests.support.recording import Recording, run
from tests.support.stacks import preview, up

KIND = "kubernetes:cloud.tencent.com/v1alpha1:TkeServiceConfig"
L4 = {"protocol": "TCP", "port": 80}


def _made(**args: Any) -> Recording:
    def program() -> None:
        provider = kubernetes.Provider("their-cluster", kubeconfig="{}")
        options = pulumi.ResourceOptions(provider=provider)
        config = TkeServiceConfig("web", {"name": "web-config", **args}, options)  # type: ignore[typeddict-item]
        pulumi.export("name", config.name)
        service: Any = {"service": "web", "selector": {"app": "web"}, "port": 80, "target_port": 80}
        DirectService("web", service | {"load_balancer": {"service_config": config.name}}, options)

    return run(program)


def _balancer(found: Recording) -> Any:
    (made,) = [resource for resource in found.resources if resource.type == KIND]
    return made.inputs["spec"]["loadBalancer"]


def test_layer_4_is_said_under_tkes_names_and_nothing_besides() -> None:
    found = _made(
        l4_listeners=[
            {
                **L4,
                "health_check": {"interval_time": 10.0, "timeout": 5, "health_num": 2, "un_health_num": 4},
                "scheduler": "WRR",
                "session_expire_time": 60,
            },
            {"protocol": "UDP", "port": 53, "health_check": {"enable": False}},
        ],
        internet_max_bandwidth_out=100,
        namespace="shop",
    )
    assert _balancer(found) == {
        "l4Listeners": [
            {
                "protocol": "TCP",
                "port": 80,
                "session": {"enable": True, "sessionExpireTime": 60},
                "healthCheck": {"enable": True, "intervalTime": 10, "timeout": 5, "healthNum": 2, "unHealthNum": 4},
                "scheduler": "WRR",
            },
            {"protocol": "UDP", "port": 53, "healthCheck": {"enable": False}},
        ],
        "internetMaxBandwidthOut": 100,
    }
    (made,) = [resource for resource in found.resources if resource.type == KIND]
    assert made.inputs["metadata"] == {"name": "web-config", "namespace": "shop"}
    assert (made.inputs["apiVersion"], made.inputs["kind"]) == ("cloud.tencent.com/v1alpha1", "TkeServiceConfig")


def test_layer_7_is_said_by_host_and_path() -> None:
    check = {"http_check_path": "/ready", "http_check_domain": "a.example.com", "http_check_method": "HEAD"}
    rules = [{"url": "/", "health_check": check}, {"url": "/api", "scheduler": "WRR"}]
    listener = {"protocol": "HTTPS", "port": 443, "domains": [{"domain": "*.example.com", "rules": rules}]}
    assert _balancer(_made(l7_listeners=[listener])) == {
        "l7Listeners": [
            {
                "protocol": "HTTPS",
                "port": 443,
                "domains": [
                    {
                        "domain": "*.example.com",
                        "rules": [
                            {
                                "url": "/",
                                "healthCheck": {
                                    "enable": True,
                                    "httpCheckPath": "/ready",
                                    "httpCheckDomain": "a.example.com",
                                    "httpCheckMethod": "HEAD",
                                },
                            },
                            {"url": "/api", "scheduler": "WRR"},
                        ],
                    }
                ],
            }
        ]
    }


def test_whoever_names_it_comes_after_it() -> None:
    found = _made(l4_listeners=[{**L4}])
    service = found.one("core/v1:Service")
    assert service.inputs["metadata"]["annotations"]["service.cloud.tencent.com/tke-service-config"] == "web-config"
    assert "web-service-config" in found.waits_for(service)
    assert found.stack.outputs == {"name": "web-config"}


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ({}, "l4_listeners: is missing; say something of listeners"),
        ({"l4_listeners": []}, "l4_listeners = []: is empty; give at least one listener"),
        ({"name": "x-auto-service-config", "l4_listeners": [L4]}, "ends in -auto-service-config"),
        ({"name": "x-auto-ingress-config", "l4_listeners": [L4]}, "(E4051); take another name"),
        ({"l4_listeners": [L4, L4]}, "l4_listeners[1].port = 80: is in the list already with TCP"),
        ({"l4_listeners": [{**L4, "protocol": "TCP_SSL"}]}, "is not one of TCP, UDP"),
        ({"l4_listeners": [{**L4, "scheduler": "IP_HASH"}]}, "is not one of WRR, LEAST_CONN"),
        (
            {
                "l7_listeners": [
                    {
                        "protocol": "HTTP",
                        "port": 80,
                        "domains": [{"domain": "a.example.com", "rules": [{"url": "/"}]}] * 2,
                    }
                ]
            },
            'l7_listeners[0].domains[1].domain = "a.example.com": is in the list already',
        ),
        (
            {
                "l7_listeners": [
                    {"protocol": "HTTP", "port": 80, "domains": [{"domain": "", "rules": [{"url": "/a"}] * 2}]}
                ]
            },
            'l7_listeners[0].domains[0].rules[1].url = "/a": is in the list already',
        ),
        (
            {"l4_listeners": [{**L4, "scheduler": "LEAST_CONN", "session_expire_time": 60}]},
            "l4_listeners[0].session_expire_time = 60: goes with WRR alone",
        ),
        ({"l4_listeners": [{**L4, "session_expire_time": 29}]}, "session_expire_time = 29: must be at least 30"),
        ({"l4_listeners": [{**L4, "health_check": {"interval_time": 301}}]}, "must be at most 300"),
        ({"l4_listeners": [{**L4, "health_check": {"timeout": 5}}]}, "timeout = 5: is not less than interval_time, 5"),
        ({"l4_listeners": [{**L4, "health_check": {"interval_time": 5, "timeout": 60}}]}, "is not less than"),
        (
            {"l4_listeners": [{**L4, "health_check": {"enable": False, "timeout": 2}}]},
            "timeout = 2: is of a health check, and enable is false",
        ),
        (
            {"l4_listeners": [{**L4, "health_check": {"http_check_path": "/"}}]},
            'health_check.http_check_path = "/": is for layer 7',
        ),
        (
            {
                "l7_listeners": [
                    {
                        "protocol": "HTTP",
                        "port": 80,
                        "domains": [{"domain": "*.example.com", "rules": [{"url": "/", "health_check": {}}]}],
                    }
                ]
            },
            "l7_listeners[0].domains[0].rules[0].health_check.http_check_domain: is missing; a wildcard",
        ),
        (
            {"l7_listeners": [{"protocol": "HTTP", "port": 80, "domains": [{"domain": "Shop.com", "rules": []}]}]},
            "has upper-case letters, which TKE refuses (E4052); write shop.com",
        ),
    ],
)
def test_what_tke_would_refuse_is_refused_now(args: dict[str, Any], line: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        _made(**args)
    assert line in str(caught.value)


# --- in a stack -----------------------------------------------------------------------------------------------------------

_CHECK = {"healthCheck": {"intervalTime": 10, "unHealthNum": 2}}


@pytest.mark.parametrize("slug", ["vpc-cni-direct-native", "globalrouter-direct-native", "vpc-cni-direct-super"])
def test_every_listener_of_a_service_is_in_the_stacks_config(slug: str) -> None:
    ports = [{"name": "dns", "port": 53, "targetPort": 5353, "protocol": kind} for kind in ("TCP", "UDP")]
    found = up(slug, loadBalancer={"ports": ports, "scheduler": "WRR", "sessionExpireTime": 90})
    said = {"session": {"enable": True, "sessionExpireTime": 90}, "scheduler": "WRR"}
    assert _balancer(found) == {
        "l4Listeners": [{"protocol": "TCP", "port": 53, **said}, {"protocol": "UDP", "port": 53, **said}]
    }
    service = found.one("core/v1:Service")
    name = service.inputs["metadata"]["annotations"]["service.cloud.tencent.com/tke-service-config"]
    (made,) = [resource for resource in found.resources if resource.type == KIND]
    assert made.inputs["metadata"] == {"name": name, "namespace": service.inputs["metadata"]["namespace"]}
    assert made.name in found.waits_for(service)


def test_an_ingress_without_hosts_is_set_up_at_the_address_itself() -> None:
    """An empty domain is the load balancer's own address (TKE 45700)."""
    found = up("vpc-cni-nondirect-native", loadBalancer={"healthCheck": {"httpCheckPath": "/ready"}})
    check = {"enable": True, "httpCheckPath": "/ready"}
    assert _balancer(found) == {
        "l7Listeners": [
            {"protocol": "HTTP", "port": 80, "domains": [{"domain": "", "rules": [{"url": "/", "healthCheck": check}]}]}
        ]
    }
    annotations = found.one("Ingress").inputs["metadata"]["annotations"]
    assert annotations["ingress.cloud.tencent.com/tke-service-config"] == "real-ip-ingress-config"


def test_a_stack_that_says_nothing_of_it_has_none() -> None:
    assert [resource for resource in up().resources if resource.type == KIND] == []
    assert "service.cloud.tencent.com/tke-service-config" not in str(up().one("core/v1:Service").inputs)


def test_a_preview_knows_all_of_it() -> None:
    assert _balancer(preview(loadBalancer=_CHECK))["l4Listeners"][0]["healthCheck"]["intervalTime"] == 10


@pytest.mark.parametrize(
    ("check", "app", "seconds"),
    [
        (None, {}, 10),
        ({}, {}, 15),
        ({"intervalTime": 10, "unHealthNum": 2}, {}, 20),
        ({"intervalTime": 5, "unHealthNum": 2}, {}, 10),
        ({"enable": False}, {}, 10),
        ({"intervalTime": 10, "unHealthNum": 2}, {"drainSeconds": 45}, 45),
    ],
)
def test_pods_drain_until_the_load_balancer_has_seen_that_they_go(
    check: dict[str, Any] | None, app: dict[str, Any], seconds: int
) -> None:
    balancer = {} if check is None else {"healthCheck": check}
    found = up(loadBalancer=balancer, app=app)
    pod = found.one("Deployment").inputs["spec"]["template"]["spec"]
    assert pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"] == seconds
    assert pod["terminationGracePeriodSeconds"] == seconds + 30, "what is left for stopping after it has drained"
    made = parse_settings({"access": {"adminCidrs": ["198.18.0.0/24"]}, "loadBalancer": balancer, "app": app})
    assert drain_seconds(made) == seconds
