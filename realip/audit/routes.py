"""Routes of the Gateway API: the Services that each Gateway leads to, and the names that clients ask it for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from realip.audit.objects import Found, as_maps
from realip.audit.world import World

__all__ = ["gateways_of", "host_of", "routed_services", "services_behind"]

_KINDS = ("HTTPRoute", "GRPCRoute")
"""Routes whose gateway writes headers; what a TLSRoute or a TCPRoute hands on, it hands on as it comes."""
_EVERY = "*"


def services_behind(world: World) -> Mapping[tuple[str, str], list[Found]]:
    """The Services that are among the objects, by namespace and name of the Gateway that leads to them."""
    made: dict[tuple[str, str], dict[Found, None]] = defaultdict(dict)
    for route in _routes(world):
        named = [world.services.get(space, {}).get(name) for space, name in _backends(route)]
        for gateway in gateways_of(route):
            made[gateway].update(dict.fromkeys(service for service in named if service))
    return {gateway: list(services) for gateway, services in made.items()}


def routed_services(world: World) -> set[tuple[str, str]]:
    """Namespace and name of every Service that a route leads to."""
    return {backend for route in _routes(world) if any(gateways_of(route)) for backend in _backends(route)}


def host_of(world: World, gateway: Found) -> str | None:
    """A name that a Gateway answers to: a listener's, else a route's; None where any will do."""
    listeners = as_maps(gateway.spec.get("listeners"))
    mine = [route for route in _routes(world) if (gateway.namespace, gateway.name) in gateways_of(route)]
    return _first(listener.get("hostname") for listener in listeners) or _first(
        name for route in mine for name in _listed(route.spec.get("hostnames"))
    )


def _routes(world: World) -> Iterator[Found]:
    for kind in _KINDS:
        yield from world.by_kind[kind]


def gateways_of(route: Found) -> Iterator[tuple[str, str]]:
    """Namespace and name of the Gateways that a route asks for; of a mesh it asks for a Service."""
    for parent in as_maps(route.spec.get("parentRefs")):
        if parent.get("kind", "Gateway") == "Gateway":
            yield str(parent.get("namespace") or route.namespace), str(parent.get("name"))


def _backends(route: Found) -> Iterator[tuple[str, str]]:
    for rule in as_maps(route.spec.get("rules")):
        for backend in as_maps(rule.get("backendRefs")):
            if backend.get("kind", "Service") == "Service":
                yield str(backend.get("namespace") or route.namespace), str(backend.get("name"))


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _first(names: Iterable[object]) -> str | None:
    return next((name for name in names if isinstance(name, str) and _EVERY not in name), None)
