"""The ports of a Service that has a load balancer of its own."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import pulumi

from realip import exposure_rules, listeners, rules, tke
from realip.components._arguments import Arguments, Items, Known, Shape, TextOrNumber, as_integer, is_later
from realip.components._certificates import certificate_problems, certified, make_certificate
from realip.components._component import Children
from realip.components.load_balancer import url
from realip.listeners import Listener
from realip.problems import Problem

__all__ = [
    "PORTS",
    "PortOrName",
    "ServicePort",
    "known_listeners",
    "port_problems",
    "protocol_annotation",
    "service_ports",
    "url_of_ports",
]

if TYPE_CHECKING:
    from pulumi_kubernetes.core import v1 as core

    PortOrName = int | str
else:
    PortOrName = int  # other languages have no unions, and number their ports


class ServicePort(TypedDict):
    """A port on which the load balancer listens at layer 4."""

    port: int
    """Where clients connect."""
    target_port: pulumi.Input[PortOrName]
    """Where pods listen: a number, or the name of a container's port."""
    protocol: NotRequired[str]
    """TCP, UDP or TCP_SSL (TLS with clients, TCP with pods); TCP if unset. TCP and UDP in one Service need direct access."""
    name: NotRequired[str]
    """The port's name, which Kubernetes wants where there are several. TCP and UDP on one port are
    one port of the Service, which has the first name."""
    certificate_id: NotRequired[pulumi.Input[str]]
    """With TCP_SSL: id of the certificate in Tencent Cloud. A Secret that names it is made."""
    certificate_secret: NotRequired[pulumi.Input[str]]
    """With TCP_SSL: an Opaque Secret that is there and has the certificate's id as `qcloud_cert_id`, instead of certificate_id."""


SERVICE_PORT = Shape(
    ServicePort,
    {
        "port": rules.port,
        "target_port": TextOrNumber(rules.port_name, rules.port, "a port's number, or its name"),
        "protocol": lambda value: rules.one_of(value, listeners.PROTOCOLS),
        "name": rules.dns_label,
        "certificate_id": exposure_rules.certificate_id,
        "certificate_secret": rules.dns_subdomain,
    },
    certificate_problems,
)
PORTS = Items(SERVICE_PORT, at_least_one="port")
"""The rule of an argument that lists ports."""
_FIELDS = {"target": "target_port", "certificate": "certificate_id"}


def port_problems(arguments: Arguments, args: Known, *, direct: bool) -> Iterator[Problem]:
    """One port or a list of ports, and ports that go together."""
    if "ports" not in args.said:
        for argument in ("port", "target_port"):
            if argument not in args.said:
                yield arguments.lacks(argument, "is missing; add it, or list ports instead")
        return
    for argument in ("port", "target_port"):
        if argument in args.said:
            message = "is one port, and ports lists all of them; remove one of the two"
            yield arguments.refuse(argument, args.get(argument), message)
    known = known_listeners(args)
    if known is None:
        return
    for problem in listeners.listener_problems(known, direct=direct):
        place, field = arguments.at("ports").entry(problem.index), _FIELDS.get(problem.field, problem.field)
        if problem.value is None:
            yield place.lacks(field, problem.message)
        else:
            yield place.refuse(field, problem.value, problem.message)


def known_listeners(args: Known) -> list[Listener] | None:
    """The listeners that `ports` under examination asks for; None where one is wrong by itself, or not known yet."""
    entries = args.entries("ports")
    if any({"port", "protocol", "name", "certificate_id"} & entry.wrong for entry in entries):
        return None
    found = [_known(entry) for entry in entries]
    known = [listener for listener in found if listener is not None]
    return known if len(known) == len(found) else None


def _known(entry: Known) -> Listener | None:
    port = entry.number("port")
    if port is None:
        return None
    return Listener(
        port, entry.text("protocol") or "TCP", entry.text("name"), entry.get("target_port"), certified(entry)
    )


def _listener(port: ServicePort) -> Listener:
    secured = "certificate_id" in port or "certificate_secret" in port
    return Listener(
        int(port["port"]), port.get("protocol") or "TCP", port.get("name"), port["target_port"], certified=secured
    )


def service_ports(ports: Sequence[ServicePort]) -> list["core.ServicePortArgsDict"]:
    """Ports as the Service has them: each number once, whatever is spoken there."""
    found = [_listener(port) for port in ports]
    protocol = listeners.service_protocol(found)
    made: dict[int, core.ServicePortArgsDict] = {}
    for listener in found:
        target: Any = listener.target
        wanted: Any = number_or_name(target)
        port: core.ServicePortArgsDict = {"port": listener.port, "target_port": wanted}
        port["protocol"] = protocol
        if listener.name is not None:
            port["name"] = listener.name
        first: Any = made.setdefault(listener.port, port)
        if first is not port and (is_later(wanted) or is_later(first["target_port"])):
            first["target_port"] = _one_target(listener.port, first["target_port"], wanted)
    return list(made.values())


def _one_target(port: int, *targets: "pulumi.Input[PortOrName]") -> "pulumi.Output[PortOrName]":
    """The target of TCP and UDP on one port, which is one port of the Service, once it is known."""

    def one(known: list[PortOrName]) -> PortOrName:
        if len(set(known)) > 1:
            raise pulumi.RunError(
                f"TCP and UDP on port {port} are one port of the Service (TKE 51259); give both the same target"
            )
        return known[0]

    return pulumi.Output.all(*targets).apply(one)


def number_or_name(port: "pulumi.Input[PortOrName]") -> "pulumi.Input[PortOrName]":
    """A port's number, whole, or its name."""
    if is_later(port):
        return pulumi.Output.all(port).apply(lambda ports: number_or_name(ports[0]))
    return port if isinstance(port, str) else as_integer(port)  # type: ignore[arg-type]


def protocol_annotation(
    children: Children,
    name: str,
    service: "pulumi.Input[str]",
    namespace: "pulumi.Input[str]",
    ports: Sequence[ServicePort],
) -> dict[str, "pulumi.Input[str]"]:
    """The annotation with the protocols that the Service's own ports do not say, and the Secrets that it names."""
    secrets: dict[int, object] = {}
    for port in ports:
        number = int(port["port"])
        if "certificate_id" in port:
            called = pulumi.Output.format("{0}-{1}", service, number)
            secrets[number] = make_certificate(
                children, f"{name}-certificate-{number}", called, namespace, port["certificate_id"]
            )
        elif "certificate_secret" in port:
            secrets[number] = port["certificate_secret"]
    told = listeners.told_to_tke([_listener(port) for port in ports], secrets)
    return {tke.SERVICE_PROTOCOLS: as_json(told)} if told else {}


def as_json(value: Any) -> "pulumi.Input[str]":
    """JSON without blanks, as TKE's documents write it; known at once where everything in it is."""
    try:
        return json.dumps(value, separators=(",", ":"))
    except TypeError:  # something in it is known later
        return pulumi.Output.json_dumps(value, separators=(",", ":"))


def url_of_ports(address: pulumi.Output[str], ports: Sequence[ServicePort]) -> pulumi.Output[str]:
    """The URL of the first port with TCP; where all are UDP, `udp://` and the first one."""
    found = [_listener(port) for port in ports]
    listener = next((listener for listener in found if listener.transport == "TCP"), found[0])
    scheme = {"UDP": "udp", "TCP_SSL": "https"}.get(listener.protocol)
    return url(address, listener.port, scheme)
