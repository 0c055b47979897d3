"""The rules: a table, and by kind what each looks at. Ids never change and are never used again."""

from collections import defaultdict
from collections.abc import Mapping

from realip.audit.rule import Effect, Part, Rule, Severity
from realip.audit.rules import gateways, ingresses, keys, misplaced, proxy_protocol, services, traefik

__all__ = ["BY_ID", "BY_KIND", "RULES"]

_PARTS: dict[str, list[Part]] = defaultdict(list)
for _parts in (
    services.PARTS,
    ingresses.PARTS,
    keys.PARTS,
    keys.CHARTS,
    gateways.PARTS,
    gateways.MORE,
    gateways.OTHERS,
    proxy_protocol.PROXY_PROTOCOL,
    proxy_protocol.VALUES_OF_CHARTS,
    proxy_protocol.POLICIES,
    proxy_protocol.ISTIO,
    proxy_protocol.ISTIO_IN_TEXT,
    traefik.PARTS,
    misplaced.PARTS,
    misplaced.ELSEWHERE,
):
    for _id, _part in _parts.items():
        _PARTS[_id].append(_part)

_LOST, _FORGEABLE, _BROKEN, _RISKY, _UNDECIDED = Effect
_ERROR, _WARNING, _UNKNOWN = Severity


def _rule(number: int, effect: Effect, severity: Severity, source: str) -> Rule:
    name = f"RIP{number:03}"
    return Rule(name, effect, severity, source, tuple(_PARTS[name]))


RULES = (
    _rule(1, _LOST, _ERROR, "TKE 41897, 45492"),
    _rule(2, _UNDECIDED, _UNKNOWN, "TKE 131136"),
    _rule(3, _BROKEN, _ERROR, "TKE 41897, 131136"),
    _rule(4, _BROKEN, _ERROR, "TKE 41897"),
    _rule(5, _RISKY, _WARNING, "TKE 81004, 41897"),
    _rule(6, _LOST, _WARNING, "TKE 41897"),
    _rule(7, _LOST, _ERROR, "CLB 214/3728"),
    _rule(8, _BROKEN, _ERROR, "TKE 81004 (E4047)"),
    _rule(9, _BROKEN, _ERROR, "TKE 81004 (E4082)"),
    _rule(10, _FORGEABLE, _ERROR, "CLB 214/3728"),
    _rule(11, _RISKY, _WARNING, "TKE 51258, 56112"),
    _rule(12, _RISKY, _WARNING, "TKE 51258, 56112"),
    _rule(13, _LOST, _ERROR, "CLB 214/68105"),
    _rule(14, _RISKY, _WARNING, "CLB 214/3728"),
    _rule(15, _RISKY, _WARNING, "TKE 51259, CLB 214/32519"),
    _rule(16, _UNDECIDED, _UNKNOWN, "provider clb_target_group.snat_enable"),
    _rule(17, _RISKY, _WARNING, "TKE 45492"),
    _rule(18, _RISKY, _WARNING, "TKE 45492"),
    _rule(19, _RISKY, _WARNING, "TKE 51258, 42070"),
    _rule(20, _RISKY, _WARNING, "TKE 51258, 56112"),
    _rule(21, _RISKY, _WARNING, "TKE 51258"),
    _rule(22, _FORGEABLE, _ERROR, "ingress-nginx, ConfigMap"),
    _rule(23, _FORGEABLE, _WARNING, "ingress-nginx, ConfigMap"),
    _rule(24, _BROKEN, _ERROR, "ingress-nginx, ConfigMap; CLB 214/70455"),
    _rule(25, _FORGEABLE, _ERROR, "nginx, ngx_http_realip_module"),
    _rule(26, _FORGEABLE, _ERROR, "Envoy Gateway, ClientTrafficPolicy"),
    _rule(27, _FORGEABLE, _ERROR, "Envoy Gateway, ClientTrafficPolicy"),
    _rule(28, _LOST, _ERROR, "Gateway API, TLSRoute; Istio, traffic redirection"),
    _rule(29, _RISKY, _WARNING, "TKE 41897"),
    _rule(30, _LOST, _ERROR, "Envoy Gateway, EnvoyProxy; TKE 41897"),
    _rule(31, _BROKEN, _ERROR, "Kubernetes, ObjectMeta.annotations"),
    _rule(32, _BROKEN, _WARNING, "TKE 51258, 56112"),
    _rule(33, _RISKY, _WARNING, "TKE 51258, 56112"),
    _rule(34, _LOST, _WARNING, "Kubernetes, Source IP of Services"),
    _rule(35, _FORGEABLE, _ERROR, "Traefik, entry points"),
    _rule(36, _FORGEABLE, _ERROR, "Istio, gateway network topology"),
    _rule(37, _FORGEABLE, _ERROR, "EdgeOne 1552/87654; ingress-nginx, ConfigMap"),
    _rule(38, _LOST, _ERROR, "TKE 41897"),
    _rule(39, _UNDECIDED, _UNKNOWN, "Kubernetes, Ingress controllers"),
    _rule(40, _RISKY, _WARNING, "TKE 51258"),
    _rule(41, _BROKEN, _ERROR, "TKE 81004 (E4041, E4042)"),
    _rule(42, _RISKY, _WARNING, "TKE 45492"),
    _rule(43, _FORGEABLE, _ERROR, "CLB 214/3728"),
    _rule(44, _BROKEN, _ERROR, "Kubernetes, Service"),
)
BY_ID: Mapping[str, Rule] = {rule.id: rule for rule in RULES}
BY_KIND: Mapping[str, list[tuple[Rule, Part]]] = defaultdict(list)
for _each in RULES:
    for _part in _each.parts:
        for _kind in _part.kinds:
            BY_KIND[_kind].append((_each, _part))
