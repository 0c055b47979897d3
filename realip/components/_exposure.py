"""The exposure of an app, whichever kind it is: one place in which arguments lead to Service, Ingress and load balancer."""

from collections.abc import Iterator, Mapping
from typing import Any, assert_never

from realip.components._arguments import Arguments, Known
from realip.components._component import Children
from realip.components._ingress import ingress_problems
from realip.components._load_balancer_service import load_balancer_service_problems
from realip.components.direct_ingress import make_direct_ingress
from realip.components.direct_service import make_direct_service
from realip.components.load_balancer import Exposure
from realip.components.local_service import make_local_service
from realip.components.node_port_ingress import make_node_port_ingress
from realip.problems import Problem
from realip.scenarios import Connection, ExposureKind

__all__ = ["exposure_kind", "exposure_problems", "make_exposure"]

_ONLY_WITHOUT_INGRESS = {"ports": "is for a load balancer at layer 4, and an Ingress has hosts and listen_ports"}
_ONLY_WITH_INGRESS = ("hosts", "redirect", "listen_ports", "shared")


def exposure_kind(connection: object, *, has_ingress: bool) -> ExposureKind:
    """The kind of an exposure; without a connection the usual one: straight to pods, but through nodes behind an Ingress."""
    usual = Connection.NON_DIRECT if has_ingress else Connection.DIRECT
    wanted = usual if connection is None else Connection(str(connection))
    return next(kind for kind in ExposureKind if (kind.connection, kind.has_ingress) == (wanted, has_ingress))


def exposure_problems(arguments: Arguments, args: Known, kind: ExposureKind) -> Iterator[Problem]:
    """Arguments of an exposure that do not agree with its kind, or with each other."""
    if not kind.has_ingress:
        for argument in _ONLY_WITH_INGRESS:
            if argument in args.said:
                message = "goes with an Ingress; name one in ingress, or remove it"
                yield arguments.refuse(argument, args.get(argument), message)
        yield from load_balancer_service_problems(arguments, args, kind)
        return
    for argument, why in _ONLY_WITHOUT_INGRESS.items():
        if argument in args.said:
            yield arguments.refuse(argument, args.get(argument), f"{why}; remove it, or ingress")
    yield from ingress_problems(arguments, args)


def make_exposure(children: Children, name: str, kind: ExposureKind, args: Mapping[str, Any]) -> Exposure:
    """An exposure from the arguments that the component of its kind takes, which have been checked."""
    checked: Any = args  # four kinds of arguments, which only the kind tells apart
    match kind:
        case ExposureKind.DIRECT_SERVICE:
            return make_direct_service(children, name, checked)
        case ExposureKind.LOCAL_SERVICE:
            return make_local_service(children, name, checked)
        case ExposureKind.DIRECT_INGRESS:
            return make_direct_ingress(children, name, checked)
        case ExposureKind.NODE_PORT_INGRESS:
            return make_node_port_ingress(children, name, checked)
        case unknown:
            assert_never(unknown)
