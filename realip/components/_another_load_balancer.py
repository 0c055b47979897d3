"""A warning where an update makes TKE take another load balancer: the address that it leaves in the outputs is the old one's.

TKE keeps the old address in the object's status for some seconds, and nothing tells it from the new one: the update is done
before the address changes. Only the program's own hook sees the old and the new inputs (Pulumi's resource hooks).
"""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from realip import tke

__all__ = ["warning_of_another_load_balancer"]

_CHOOSING: Mapping[str, tuple[str, ...]] = {
    "Service": (tke.SERVICE_INTERNAL_SUBNET, tke.SERVICE_EXISTING_LOAD_BALANCER),
    "Ingress": (tke.INGRESS_INTERNAL_SUBNET, tke.INGRESS_EXISTING_LOAD_BALANCER),
}
"""Annotations that say which load balancer an object has (TKE 51258, 56112)."""
_hooks: WeakKeyDictionary[Any, pulumi.ResourceHook] = WeakKeyDictionary()
"""The hook of each program, since a name can be registered once."""


def warning_of_another_load_balancer() -> pulumi.ResourceHookBinding | None:
    """The hook of a Service or Ingress that has a load balancer."""
    monitor: Any = get_monitor()
    if isinstance(monitor, MockMonitor):  # it knows no hooks, and updates nothing
        return None
    if monitor not in _hooks:
        options = pulumi.ResourceHookOptions(on_dry_run=True)
        _hooks[monitor] = pulumi.ResourceHook("realip-another-load-balancer", _warn, options)
    return pulumi.ResourceHookBinding(after_update=[_hooks[monitor]])


def _warn(args: pulumi.ResourceHookArgs) -> None:
    kind = args.type.rpartition(":")[2]
    old, new = _metadata(args.old_inputs), _metadata(args.new_inputs)
    before, after = old.get("annotations") or {}, new.get("annotations") or {}
    if changed := [key for key in _CHOOSING[kind] if before.get(key) != after.get(key)]:
        namespace, name = new.get("namespace"), new.get("name")
        pulumi.log.warn(
            f"{kind} {namespace}/{name}: {' and '.join(changed)} changes, so TKE takes another load balancer, with another"
            " address, some seconds after the update. Until then `address` and `url` are the old one's: when"
            f" 'kubectl get -n {namespace} {kind.lower()} {name}' shows the new address, run 'pulumi up --refresh'."
        )


def _metadata(inputs: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return dict((inputs or {}).get("metadata") or {})
