"""Rules about Services of type LoadBalancer and NodePort."""

from collections.abc import Iterator

from realip import tke
from realip.audit import cel
from realip.audit.objects import Found
from realip.audit.refusals import refusal
from realip.audit.rule import REMOVED, Change, Cost, Match, Part, Severity
from realip.audit.scene import READS, Scene
from realip.behaviour import SOCKET, Binding, PodNetwork, Sees
from realip.messages import message
from realip.tke_objects import has_node_ports, is_local, is_nat64, is_true, layer_7_ports, other_ports, selects_pods

__all__ = ["PARTS"]

_ANNOTATIONS = ("metadata", "annotations")
_DIRECT = (*_ANNOTATIONS, tke.SERVICE_DIRECT_ACCESS)
_ANNOTATE = "kubectl annotate --overwrite service -n {namespace} {name} "
_MAKE_DIRECT = f"{_ANNOTATE}{tke.SERVICE_DIRECT_ACCESS}=true"
_MAKE_LOCAL = (
    'kubectl patch service -n {namespace} {name} -p \'{{"spec":{{"externalTrafficPolicy":"Local"}},"metadata":'
    f'{{{{"annotations":{{{{"{tke.SERVICE_DIRECT_ACCESS}":"false","{tke.SERVICE_LOCAL_ONLY_WITH_POD}":"true"}}}}}}}}'
    "}}'"
)


def _lost(scene: Scene, found: Found) -> Iterator[Match]:
    if not scene.balanced(found):
        return
    exposure = scene.exposures[found]
    if exposure.sees is Sees.NODE and not scene.pods(found).mixed:
        said = tke.SERVICE_DIRECT_ACCESS in found.annotations
        yield Match(_DIRECT if said else ("spec", "externalTrafficPolicy"), {"why": scene.access(found).why})


def _default(scene: Scene, found: Found) -> Iterator[Match]:
    if not scene.balanced(found) or tke.SERVICE_DIRECT_ACCESS in found.annotations or scene.world.states_default:
        return
    pods = scene.pods(found)
    # Where every answer is the same, there is nothing to find out.
    if pods.on_super or pods.sidecar or (is_local(found.body) and has_node_ports(found.body)):
        return
    if layer_7_ports(found.body) and not other_ports(found.body):
        return
    known = scene.world.facts.default_direct_access is not None
    yield Match(_ANNOTATIONS, severity=Severity.WARNING if known else None)


def _route(scene: Scene, found: Found) -> Iterator[Match]:
    facts = scene.world.facts
    if not scene.balanced(found) or facts.network is not PodNetwork.GLOBAL_ROUTER or facts.global_route_direct_access:
        return
    binding = scene.access(found).binding
    asked = is_true(found.annotations.get(tke.SERVICE_DIRECT_ACCESS))
    if binding is Binding.NOTHING:
        yield Match(_DIRECT)
    elif asked and binding is Binding.UNKNOWN:
        yield Match(_DIRECT, severity=Severity.UNKNOWN)


def _overlay(scene: Scene, found: Found) -> Iterator[Match]:
    if (
        scene.balanced(found)
        and scene.world.facts.network is PodNetwork.CILIUM_OVERLAY
        and scene.access(found).binding is Binding.NOTHING
    ):
        yield Match(_DIRECT)


def _host_network(scene: Scene, found: Found) -> Iterator[Match]:
    if scene.balanced(found) and scene.access(found).binding is Binding.PODS and scene.pods(found).host_network:
        yield Match(_DIRECT)


def _no_selector(scene: Scene, found: Found) -> Iterator[Match]:
    direct = scene.balanced(found) and scene.access(found).binding is Binding.PODS
    if direct and not selects_pods(found.body):
        yield Match(_DIRECT, {"service": found.name, "so": message("so_unknown")}, severity=Severity.UNKNOWN)


def _mixed(scene: Scene, found: Found) -> Iterator[Match]:
    if (
        scene.balanced(found)
        and scene.pods(found).mixed
        and scene.access(found).binding in {Binding.NODE_PORTS, Binding.UNKNOWN}
    ):
        yield Match(_DIRECT if tke.SERVICE_DIRECT_ACCESS in found.annotations else ("spec", "selector"))


def _open_to_everyone(scene: Scene, found: Found) -> Iterator[Match]:
    if (
        scene.balanced(found)
        and is_true(found.annotations.get(tke.SERVICE_PASS_TO_TARGET))
        and not str(found.annotations.get(tke.SERVICE_SECURITY_GROUPS, "")).strip()
        and tke.SERVICE_EXISTING_LOAD_BALANCER not in found.annotations
    ):
        yield Match((*_ANNOTATIONS, tke.SERVICE_PASS_TO_TARGET))


def _pass_ignored(scene: Scene, found: Found) -> Iterator[Match]:
    if (
        scene.balanced(found)
        and is_true(found.annotations.get(tke.SERVICE_PASS_TO_TARGET))
        and tke.SERVICE_EXISTING_LOAD_BALANCER in found.annotations
    ):
        yield Match((*_ANNOTATIONS, tke.SERVICE_PASS_TO_TARGET))


def _nat64(scene: Scene, found: Found) -> Iterator[Match]:
    if scene.balanced(found) and is_nat64(found.annotations, tke.SERVICE_PARAMETERS):
        yield Match((*_ANNOTATIONS, tke.SERVICE_PARAMETERS))


def _layer_7(scene: Scene, found: Found) -> Iterator[Match]:
    if scene.balanced(found) and (ports := layer_7_ports(found.body)):
        yield Match((*_ANNOTATIONS, tke.SERVICE_PROTOCOLS), {"ports": ", ".join(ports)})


def _target_groups(scene: Scene, found: Found) -> Iterator[Match]:
    if scene.balanced(found):
        for key in (tke.SERVICE_TARGET_GROUPS, tke.SERVICE_SNAT):
            if key in found.annotations:
                yield Match((*_ANNOTATIONS, key), {"key": key})


def _uses_local(scene: Scene, found: Found) -> bool:
    """A Service that keeps the address by its policy, as far as is known."""
    return scene.balanced(found) and is_local(found.body) and scene.access(found).binding is not Binding.PODS


def _local_everywhere(scene: Scene, found: Found) -> Iterator[Match]:
    if _uses_local(scene, found) and not is_true(found.annotations.get(tke.SERVICE_LOCAL_ONLY_WITH_POD)):
        yield Match(("spec", "externalTrafficPolicy"))


def _weighted_alone(scene: Scene, found: Found) -> Iterator[Match]:
    if (
        scene.balanced(found)
        and is_true(found.annotations.get(tke.SERVICE_LOCAL_WEIGHTED))
        and not is_true(found.annotations.get(tke.SERVICE_LOCAL_ONLY_WITH_POD))
    ):
        yield Match((*_ANNOTATIONS, tke.SERVICE_LOCAL_WEIGHTED))


def _ranges_ignored(scene: Scene, found: Found) -> Iterator[Match]:
    if not scene.balanced(found):
        return
    if found.spec.get("loadBalancerSourceRanges"):
        yield Match(("spec", "loadBalancerSourceRanges"))
    elif found.annotations.get(_SOURCE_RANGES):
        yield Match((*_ANNOTATIONS, _SOURCE_RANGES))


_SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"


def _local_unused(scene: Scene, found: Found) -> Iterator[Match]:
    if not scene.balanced(found) or is_local(found.body):
        return
    for key in (tke.SERVICE_LOCAL_ONLY_WITH_POD, tke.SERVICE_LOCAL_WEIGHTED):
        if is_true(found.annotations.get(key)):
            yield Match((*_ANNOTATIONS, key), {"key": key})
            return


def _node_port(scene: Scene, found: Found) -> Iterator[Match]:
    """A NodePort Service by itself; one behind an Ingress is that Ingress's way to the pods."""
    if found.spec.get("type") != "NodePort" or Scene.refused_keys(found) or found in scene.backed:
        return
    if scene.exposures[found].sees is Sees.NODE and not scene.fronted(found):
        yield Match(("spec", "type"))


def _header_believed(scene: Scene, found: Found) -> Iterator[Match]:
    """Nothing on the way of a connection writes a header, so whoever connects does."""
    if found.spec.get("type") not in ("LoadBalancer", "NodePort") or Scene.refused_keys(found):
        return
    exposure, header = scene.exposures[found], scene.header_read(found)
    if header and exposure.reads == SOCKET and exposure.sees is not Sees.NOBODY and found not in scene.backed:
        yield Match((*_ANNOTATIONS, READS), {"header": header})


def _refused_word(scene: Scene, found: Found) -> Iterator[Match]:
    del scene
    if refused := refusal(found):
        yield Match(refused.path, {"key": refused.key, "value": str(refused.value)[:60], "values": refused.values})


def _several(scene: Scene, found: Found) -> Iterator[Match]:
    if not scene.balanced(found):
        return
    mine = scene.exposures[found]
    others = [
        other
        for other in scene.same_pods(found)
        if other.spec.get("type") == "LoadBalancer" and not Scene.refused_keys(other)
    ]
    for other in others:
        theirs = scene.exposures[other]
        known = Sees.UNKNOWN not in {mine.sees, theirs.sees}
        if known and (mine.sees, mine.reads) != (theirs.sees, theirs.reads) and found.key < other.key:
            yield Match(("spec", "selector"), {"other": str(other)})
            return


# --- Fixes -------------------------------------------------------------------------------------------------------------


def _keep(scene: Scene, found: Found) -> Iterator[Change]:
    """Direct access, or Local where the cluster's network has none."""
    facts = scene.world.facts
    indirect = facts.network is PodNetwork.CILIUM_OVERLAY or (
        facts.network is PodNetwork.GLOBAL_ROUTER and not facts.global_route_direct_access
    )
    pods = scene.pods(found)
    if indirect and not pods.own_interface:
        yield from _local(found)
    else:
        yield Change(found, _DIRECT, "true")


def _local(found: Found) -> Iterator[Change]:
    yield Change(found, _DIRECT, "false")
    yield Change(found, (*_ANNOTATIONS, tke.SERVICE_LOCAL_ONLY_WITH_POD), "true")
    yield Change(found, ("spec", "externalTrafficPolicy"), "Local")


def _take_local(scene: Scene, found: Found) -> Iterator[Change]:
    del scene
    yield from _local(found)


def _only_with_pod(scene: Scene, found: Found) -> Iterator[Change]:
    del scene
    yield Change(found, (*_ANNOTATIONS, tke.SERVICE_LOCAL_ONLY_WITH_POD), "true")


def _no_pass(scene: Scene, found: Found) -> Iterator[Change]:
    del scene
    yield Change(found, (*_ANNOTATIONS, tke.SERVICE_PASS_TO_TARGET), REMOVED)


def _no_local_keys(scene: Scene, found: Found) -> Iterator[Change]:
    del scene
    for key in (tke.SERVICE_LOCAL_ONLY_WITH_POD, tke.SERVICE_LOCAL_WEIGHTED):
        if key in found.annotations:
            yield Change(found, (*_ANNOTATIONS, key), REMOVED)


def _spelt(scene: Scene, found: Found) -> Iterator[Change]:
    """The word that is meant, where it is one but for its capital letters."""
    del scene
    if refused := refusal(found):
        for known in refused.known:
            if known.casefold() == str(refused.value).casefold():
                yield Change(found, refused.path, known)


_SERVICE = ("Service",)
_GROUPS = f"{_ANNOTATE}{tke.SERVICE_SECURITY_GROUPS}=sg-xxxxxxxx"
_ONLY_WITH_POD = f"{_ANNOTATE}{tke.SERVICE_LOCAL_ONLY_WITH_POD}=true"
_WITHOUT_PASS = f"{_ANNOTATE}{tke.SERVICE_PASS_TO_TARGET}-"
_SHOW_GROUPS = "tccli clb DescribeTargetGroups"


_INDIRECT = f"{cel.has(tke.SERVICE_DIRECT_ACCESS)} && !{cel.is_true(tke.SERVICE_DIRECT_ACCESS)}"
_NO_GROUPS = cel.is_blank(tke.SERVICE_SECURITY_GROUPS)

PARTS = {
    "RIP001": Part(
        _SERVICE,
        _lost,
        _MAKE_DIRECT,
        fix=_keep,
        cost=Cost.REBIND,
        cel=f"variables.balanced && {_INDIRECT} && !variables.local && !{cel.has(tke.SERVICE_PROTOCOLS)}",
    ),
    "RIP002": Part(
        _SERVICE,
        _default,
        _MAKE_DIRECT,
        fix=_keep,
        cost=Cost.REBIND,
        cel=f"variables.balanced && !{cel.has(tke.SERVICE_DIRECT_ACCESS)} && !variables.local",
    ),
    "RIP003": Part(_SERVICE, _route, _MAKE_LOCAL, fix=_take_local, cost=Cost.REBIND),
    "RIP004": Part(_SERVICE, _overlay, _MAKE_LOCAL, fix=_take_local, cost=Cost.REBIND),
    "RIP005": Part(_SERVICE, _host_network),
    "RIP006": Part(_SERVICE, _mixed, _MAKE_DIRECT, fix=_keep, cost=Cost.REBIND),
    "RIP009": Part(_SERVICE, _no_selector),
    "RIP011": Part(
        _SERVICE,
        _open_to_everyone,
        _GROUPS,
        cel=f"variables.balanced && {cel.is_true(tke.SERVICE_PASS_TO_TARGET)} && {_NO_GROUPS} && !{cel.has(tke.SERVICE_EXISTING_LOAD_BALANCER)}",
    ),
    "RIP012": Part(
        _SERVICE,
        _pass_ignored,
        _WITHOUT_PASS,
        fix=_no_pass,
        cel=f"variables.balanced && {cel.is_true(tke.SERVICE_PASS_TO_TARGET)} && {cel.has(tke.SERVICE_EXISTING_LOAD_BALANCER)}",
    ),
    "RIP013": Part(_SERVICE, _nat64, cel=f"variables.balanced && {cel.asks_nat64(tke.SERVICE_PARAMETERS)}"),
    "RIP015": Part(_SERVICE, _layer_7),
    "RIP016": Part(_SERVICE, _target_groups, _SHOW_GROUPS),
    "RIP017": Part(
        _SERVICE,
        _local_everywhere,
        _ONLY_WITH_POD,
        fix=_only_with_pod,
        cost=Cost.REBIND,
        cel=f"variables.balanced && variables.local && !{cel.is_true(tke.SERVICE_DIRECT_ACCESS)} && !{cel.is_true(tke.SERVICE_LOCAL_ONLY_WITH_POD)}",
    ),
    "RIP018": Part(
        _SERVICE,
        _weighted_alone,
        _ONLY_WITH_POD,
        fix=_only_with_pod,
        cost=Cost.REBIND,
        cel=f"variables.balanced && {cel.is_true(tke.SERVICE_LOCAL_WEIGHTED)} && !{cel.is_true(tke.SERVICE_LOCAL_ONLY_WITH_POD)}",
    ),
    "RIP021": Part(
        _SERVICE,
        _ranges_ignored,
        _GROUPS,
        cel="variables.balanced && has(object.spec.loadBalancerSourceRanges) && size(object.spec.loadBalancerSourceRanges) > 0",
    ),
    "RIP029": Part(_SERVICE, _several),
    "RIP034": Part(_SERVICE, _node_port),
    "RIP042": Part(
        _SERVICE,
        _local_unused,
        fix=_no_local_keys,
        cel=f"variables.balanced && !variables.local && ({cel.is_true(tke.SERVICE_LOCAL_ONLY_WITH_POD)} || {cel.is_true(tke.SERVICE_LOCAL_WEIGHTED)})",
    ),
    "RIP043": Part(_SERVICE, _header_believed),
    "RIP044": Part(_SERVICE, _refused_word, fix=_spelt, cost=Cost.REBIND),
}
