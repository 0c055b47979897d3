"""Hooks of the objects that carry an exposure: Pulumi calls them with the inputs as they are at last, whoever changed them.

One refuses an object on which a transform of the program has changed what makes its way: TKE would bind the load balancer elsewhere,
and the app would see another address. The other warns where an update makes TKE take another load balancer, whose address comes
later than the update's end and looks no different, and where it changes what TKE does not read any more.
"""

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from realip import tke
from realip.components._security_rule import FOR_CLIENTS
from realip.escapes import as_json

__all__ = ["HOSTED", "client_rule_hooks", "exposure_hooks", "undone"]

HOSTED: ContextVar[str] = ContextVar("hosted", default="")
"""The component that is made for a program in another language: each registers hooks of its own, in the same operation."""

_CHOOSING: Mapping[str, tuple[str, ...]] = {
    "Service": (tke.SERVICE_INTERNAL_SUBNET, tke.SERVICE_EXISTING_LOAD_BALANCER),
    "Ingress": (tke.INGRESS_INTERNAL_SUBNET, tke.INGRESS_EXISTING_LOAD_BALANCER),
}
"""Annotations that say which load balancer an object has (TKE 51258, 56112)."""
_DIRECT_ACCESS = {"Service": tke.SERVICE_DIRECT_ACCESS, "Ingress": tke.INGRESS_DIRECT_ACCESS}
_hooks: WeakKeyDictionary[Any, dict[str, pulumi.ResourceHook]] = WeakKeyDictionary()
"""The hooks of each program, since a name can be registered once."""


def exposure_hooks(
    direct_access: str, *, external_traffic_policy: str | None = None
) -> pulumi.ResourceHookBinding | None:
    """The hooks of a Service or Ingress, which has to keep this value of TKE's direct-access annotation, and this policy."""

    def keep(args: pulumi.ResourceHookArgs) -> None:
        _keep(args, direct_access, external_traffic_policy)

    kept = _hook(f"realip-keep-{direct_access}-{external_traffic_policy}", keep)
    told = _hook("realip-load-balancer", _warn)
    if kept is None or told is None:
        return None
    return pulumi.ResourceHookBinding(before_create=[kept], before_update=[kept], after_update=[told])


def client_rule_hooks() -> pulumi.ResourceHookBinding | None:
    """The hooks of the rules by which clients come to nodes and pods, which have to be there before any node, and so change first."""
    told = _hook("realip-client-rules", _warn_of_ports)
    return None if told is None else pulumi.ResourceHookBinding(after_update=[told])


def _warn_of_ports(args: pulumi.ResourceHookArgs) -> None:
    if closed := sorted(_client_ports(args.old_inputs) - _client_ports(args.new_inputs)):
        pulumi.log.warn(
            f"security group rules {args.name}: {', '.join(closed)} of nodes and pods closes to clients before the load balancer has left it,"
            " and requests are dropped until then. Where that matters, bind another security group that lets clients in there to the"
            " nodes before the update, and take it away afterwards."
        )


def _client_ports(inputs: Mapping[str, Any] | None) -> set[str]:
    """Ports with a rule for clients, whoever they are."""
    entries = (inputs or {}).get("ingresses")
    return {
        f"{entry.get('protocol')} {entry.get('port')}"
        for entry in (entries if isinstance(entries, Sequence) else ())
        if isinstance(entry, Mapping) and entry.get("description") == FOR_CLIENTS
    }


def _hook(name: str, callback: Callable[[pulumi.ResourceHookArgs], None]) -> pulumi.ResourceHook | None:
    monitor: Any = get_monitor()
    if isinstance(monitor, MockMonitor):  # it knows no hooks, and updates nothing
        return None
    hooks = _hooks.setdefault(monitor, {})
    name += HOSTED.get()
    if name not in hooks:

        async def opened(args: pulumi.ResourceHookArgs) -> None:
            args.old_inputs, args.new_inputs = await _opened(args.old_inputs), await _opened(args.new_inputs)
            callback(args)

        hooks[name] = pulumi.ResourceHook(name, opened, pulumi.ResourceHookOptions(on_dry_run=True))
    return hooks[name]


async def _opened(inputs: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Inputs as they are: one that holds a secret comes as an output."""
    if inputs is None:
        return None
    return {
        key: await value.future(with_unknowns=True) if isinstance(value, pulumi.Output) else value
        for key, value in inputs.items()
    }


def _keep(args: pulumi.ResourceHookArgs, direct_access: str, external_traffic_policy: str | None) -> None:
    if told := undone(args.type, args.new_inputs or {}, direct_access, external_traffic_policy):
        raise pulumi.RunError(told)


def undone(
    kind: str, inputs: Mapping[str, Any], direct_access: str, external_traffic_policy: str | None = None
) -> str | None:
    """The problem with an object on which a transform has undone its way, if it has; `kind` is the type of its resource."""
    kind, metadata = kind.rpartition(":")[2], _metadata(inputs)
    key = _DIRECT_ACCESS[kind]
    found = {f"metadata.annotations[{as_json(key)}]": (_in(metadata.get("annotations"), key), direct_access)}
    if external_traffic_policy is not None:
        found["spec.externalTrafficPolicy"] = (
            _in(inputs.get("spec"), "externalTrafficPolicy"),
            external_traffic_policy,
        )
    for path, (value, wanted) in found.items():
        if value != wanted and value is not _LATER:
            shown = "is gone" if value is None else f"= {as_json(value)}"
            return (
                f"{kind} {metadata.get('namespace')}/{metadata.get('name')}: {path} {shown}: a transform of this program changed it, and"
                f" {as_json(wanted)} there is what keeps the client's address; leave it out of the transform"
            )
    return None


_LATER = object()
"""Stands for a value that a preview does not know yet."""


def _in(mapping: object, key: str) -> object:
    if mapping is None:
        return None
    return mapping.get(key) if isinstance(mapping, Mapping) else _LATER


def _warn(args: pulumi.ResourceHookArgs) -> None:
    kind = args.type.rpartition(":")[2]
    old, new = _metadata(args.old_inputs), _metadata(args.new_inputs)
    before, after = old.get("annotations") or {}, new.get("annotations") or {}
    place = f"{kind} {new.get('namespace')}/{new.get('name')}"
    if changed := [key for key in _CHOOSING[kind] if before.get(key) != after.get(key)]:
        pulumi.log.warn(
            f"{place}: {' and '.join(changed)} changes, so TKE takes another load balancer, with another"
            " address, some seconds after the update. Until then `address` and `url` are the old one's: when"
            f" 'kubectl get -n {new.get('namespace')} {kind.lower()} {new.get('name')}' shows the new address, run 'pulumi up --refresh'."
        )
    elif changed := [key for key in tke.READ_AT_CREATION if before.get(key) != after.get(key)]:
        pulumi.log.warn(
            f"{place}: {' and '.join(changed)} changes, which TKE reads only when it makes the load balancer: the one that is there stays as"
            " it is. Change it in the CLB console too, or take the object away and make it anew, with another address."
        )


def _metadata(inputs: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return dict((inputs or {}).get("metadata") or {})
