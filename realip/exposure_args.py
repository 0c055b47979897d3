"""From settings to the arguments of what exposes an app: its load balancer, its ports, its TkeServiceConfig."""

from typing import TypedDict

import pulumi

from realip.components._ports import ServicePort
from realip.components.load_balancer import LoadBalancer
from realip.components.tke_service_config import (
    HealthCheck,
    L7Domain,
    L7Listener,
    L7Rule,
    TkeServiceConfigArgs,
)
from realip.settings.exposure_plan import listeners, service_config_name
from realip.settings.models import Settings
from realip.settings.sections.load_balancer import PortSettings

__all__ = ["load_balancer_args", "port_args", "service_config_args"]


def load_balancer_args(settings: Settings) -> LoadBalancer:
    """The load balancer, but for what has to be made first: a subnet, a TkeServiceConfig, a security group."""
    balancer = settings.load_balancer
    args = LoadBalancer(timeout_seconds=balancer.timeout_seconds)
    if balancer.existing_id is not None:
        args["existing_id"] = balancer.existing_id
    if balancer.bandwidth is not None:
        args["bandwidth"] = balancer.bandwidth
    if balancer.charge_type is not None:
        args["charge_type"] = balancer.charge_type
    if balancer.security_group_ids:
        args["security_group_ids"] = balancer.security_group_ids
    return args


def port_args(settings: Settings) -> list[ServicePort] | None:
    """The ports of a Service; None where it has one, the app's."""
    return [_port(port, settings) for port in settings.load_balancer.ports] or None


def _port(port: PortSettings, settings: Settings) -> ServicePort:
    made = ServicePort(port=port.port, target_port=port.target_port or settings.app.port, protocol=port.protocol.value)
    if port.name is not None:
        made["name"] = port.name
    if port.certificate_id is not None:
        made["certificate_id"] = port.certificate_id
    if port.certificate_secret is not None:
        made["certificate_secret"] = port.certificate_secret
    return made


def service_config_args(settings: Settings, namespace: "pulumi.Input[str]") -> TkeServiceConfigArgs | None:
    """The TkeServiceConfig of the load balancer; None where the settings need none."""
    name = service_config_name(settings)
    if name is None:
        return None
    args, backends = TkeServiceConfigArgs(name=name, namespace=namespace), _backends(settings)
    if not settings.row.exposure.has_ingress:
        args["l4_listeners"] = [
            {"protocol": listener.protocol, "port": listener.port, **backends} for listener in listeners(settings)
        ]
        return args
    rule: L7Rule = {"url": "/", **backends}
    args["l7_listeners"] = [
        L7Listener(protocol="HTTP", port=listener.port, domains=[L7Domain(domain="", rules=[rule])])
        for listener in listeners(settings)
    ]
    return args


class _Backends(TypedDict, total=False):
    """Settings about pods and nodes that a listener and a rule both have."""

    health_check: HealthCheck
    scheduler: pulumi.Input[str]
    session_expire_time: pulumi.Input[int]


def _backends(settings: Settings) -> _Backends:
    balancer = settings.load_balancer
    said = _Backends()
    if (check := balancer.health_check) is not None:
        made: HealthCheck = {"enable": check.enable}
        made.update(check.model_dump(exclude_none=True, exclude={"enable"}))  # type: ignore[typeddict-item]
        said["health_check"] = made
    if balancer.scheduler is not None:
        said["scheduler"] = balancer.scheduler
    if balancer.session_expire_time is not None:
        said["session_expire_time"] = balancer.session_expire_time
    return said
