"""The rule about PROXY protocol that one side speaks and the other does not."""

from collections.abc import Iterator
from typing import Any

from realip.audit import gateways
from realip.audit.gateway_services import gateway_service
from realip.audit.helm_values import VALUES
from realip.audit.objects import WORKLOADS, Found
from realip.audit.rule import REMOVED, Change, Cost, Match, Part, Severity
from realip.audit.rules.gateways import fronts_of, istio_fronts, nginx_data_of, set_in_data, topologies
from realip.audit.scene import Scene
from realip.behaviour import Sees

__all__ = ["ISTIO", "ISTIO_IN_TEXT", "POLICIES", "PROXY_PROTOCOL", "VALUES_OF_CHARTS"]

_KEY = "use-proxy-protocol"
_POLICY_KEYS = ("proxyProtocol", "enableProxyProtocol")


def _sends(scene: Scene, service: Found) -> bool:
    return gateways.sends_proxy_protocol(scene.world, service.body, service.namespace)


def _nginx(scene: Scene, found: Found) -> Iterator[Match]:
    fronts = fronts_of(scene, found)
    sending = [service for service in fronts if _sends(scene, service)]
    for path, data in nginx_data_of(found):
        expected = data.get(_KEY) == "true"
        if expected and not sending:
            said = ", ".join(map(str, fronts[:2])) or "-"
            yield Match((*path, _KEY), {"front": said}, severity=None if fronts else Severity.UNKNOWN)
        elif sending and not expected:
            yield Match(path, {"front": str(sending[0])})


def _policy(scene: Scene, found: Found) -> Iterator[Match]:
    """A policy of Envoy Gateway that wants PROXY protocol of a load balancer that sends none."""
    if not gateways.wants_proxy_protocol(found):
        return
    key = next(key for key in _POLICY_KEYS if key in found.spec)
    for gateway in scene.world.by_kind["Gateway"]:
        mine = any(policy is found for policy in gateways.policies_of(scene.world, gateway))
        service = gateway_service(scene.world, gateway) if mine else None
        if service is not None and scene.exposures[gateway].sees is Sees.NOBODY:
            yield Match(("spec", key), {"front": str(gateway)})
            return


def _istio(scene: Scene, found: Found) -> Iterator[Match]:
    """Istio's gateways, told in their topology that PROXY protocol arrives."""
    for path, topology in topologies(found):
        if "proxyProtocol" not in topology:
            continue
        fronts = istio_fronts(scene)
        if not any(_sends(scene, service) for service in fronts):
            said = ", ".join(map(str, fronts[:2])) or "-"
            yield Match(path, {"front": said}, severity=None if fronts else Severity.UNKNOWN)


def _turned(scene: Scene, found: Found) -> Iterator[Change]:
    for match in _nginx(scene, found):
        says = match.path[-1] == _KEY
        path: tuple[Any, ...] = ("data", _KEY)
        yield Change(found, path, "false" if says else "true")


def _unasked(scene: Scene, found: Found) -> Iterator[Change]:
    if any(_policy(scene, found)):
        for key in _POLICY_KEYS:
            if key in found.spec:
                yield Change(found, ("spec", key), REMOVED)


def _untold(scene: Scene, found: Found) -> Iterator[Change]:
    for match in _istio(scene, found):
        yield Change(found, (*match.path, "proxyProtocol"), REMOVED)


PROXY_PROTOCOL = {"RIP024": Part(("ConfigMap",), _nginx, set_in_data(_KEY, "false"), fix=_turned)}
VALUES_OF_CHARTS = {"RIP024": Part((VALUES,), _nginx)}
POLICIES = {"RIP024": Part(("ClientTrafficPolicy",), _policy, fix=_unasked, cost=Cost.REBIND)}
ISTIO = {"RIP024": Part(("IstioOperator",), _istio, fix=_untold, cost=Cost.ROLLOUT)}
ISTIO_IN_TEXT = {"RIP024": Part(("ConfigMap", *WORKLOADS), _istio)}
"""The same rule on other kinds."""
