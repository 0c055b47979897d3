"""TkeServiceConfig: health checks, scheduling and session persistence of a load balancer, which no annotation says."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from realip import defaults, exposure_rules, rules, tke
from realip.components._arguments import Arguments, Items, Known, Rules, Shape, as_integer, is_later
from realip.components._component import Children, KubernetesComponent, after, camel_case
from realip.components.load_balancer import of_the_api_server
from realip.problems import LISTED_TWICE, Problem

__all__ = [
    "TKE_SERVICE_CONFIG",
    "HealthCheck",
    "L4Listener",
    "L7Domain",
    "L7Listener",
    "L7Rule",
    "TkeServiceConfig",
    "TkeServiceConfigArgs",
    "make_tke_service_config",
]


class HealthCheck(TypedDict, total=False):
    """How the load balancer sees whether a pod or node is well."""

    enable: bool
    """Check at all; yes if unset."""
    interval_time: pulumi.Input[int]
    """Seconds between two checks, 5 to 300; 5 if unset."""
    timeout: pulumi.Input[int]
    """Seconds that an answer may take, 2 to 60 and less than the interval; 2 if unset."""
    health_num: pulumi.Input[int]
    """Checks in a row that have to pass, 2 to 10; 3 if unset."""
    un_health_num: pulumi.Input[int]
    """Checks in a row that have to fail, 2 to 10; 3 if unset."""
    http_check_path: pulumi.Input[str]
    """Layer 7: path that is asked for; `/` if unset."""
    http_check_domain: pulumi.Input[str]
    """Layer 7: host that is asked for. The rule's own if unset; a wildcard needs one."""
    http_check_method: pulumi.Input[str]
    """Layer 7: HEAD or GET."""


class L4Listener(TypedDict):
    """Settings of a layer 4 listener, which the Service makes."""

    protocol: str
    """TCP or UDP."""
    port: pulumi.Input[int]
    """The port on which it listens."""
    health_check: NotRequired[HealthCheck]
    """How it checks."""
    scheduler: NotRequired[pulumi.Input[str]]
    """WRR, by weights in turn, or LEAST_CONN, the fewest connections."""
    session_expire_time: NotRequired[pulumi.Input[int]]
    """Seconds for which a client stays with its pod or node, 30 to 3600; not at all if unset."""


class L7Rule(TypedDict):
    """Settings of what a layer 7 listener does with a path, which the Ingress says."""

    url: pulumi.Input[str]
    """The path, as in the Ingress."""
    health_check: NotRequired[HealthCheck]
    """How it checks."""
    scheduler: NotRequired[pulumi.Input[str]]
    """WRR, by weights in turn, or LEAST_CONN, the fewest connections."""
    session_expire_time: NotRequired[pulumi.Input[int]]
    """Seconds for which a client stays with its pod or node, 30 to 3600; not at all if unset."""


class L7Domain(TypedDict):
    """The rules of a host."""

    domain: pulumi.Input[str]
    """The host as in the Ingress; empty for the rule without one."""
    rules: Sequence[L7Rule]
    """Its paths."""


class L7Listener(TypedDict):
    """Settings of a layer 7 listener, which the Ingress makes."""

    protocol: str
    """HTTP or HTTPS."""
    port: pulumi.Input[int]
    """The port on which it listens."""
    domains: Sequence[L7Domain]
    """Its hosts."""


class TkeServiceConfigArgs(TypedDict):
    """Arguments of `TkeServiceConfig`."""

    name: pulumi.Input[str]
    """The object's name, by which a Service or an Ingress names it: `load_balancer.service_config`."""
    namespace: NotRequired[pulumi.Input[str]]
    """Namespace, the same as the Service's or Ingress's; `default` if unset."""
    l4_listeners: NotRequired[Sequence[L4Listener]]
    """For a Service: its listeners."""
    l7_listeners: NotRequired[Sequence[L7Listener]]
    """For an Ingress: its listeners."""
    internet_max_bandwidth_out: NotRequired[pulumi.Input[int]]
    """Mbit/s of a public load balancer of a Service, 1 to 2048; a later change takes effect, as one of the annotation does not."""


_HTTP_FIELDS = ("http_check_path", "http_check_domain", "http_check_method")


def _numbers_agree(arguments: Arguments, check: Known) -> Iterator[Problem]:
    """A check that is off and says more, and an answer that comes too late for the next check."""
    if check.get("enable") is False:
        for argument in sorted(check.said - {"enable"}):
            message = "is of a health check, and enable is false; remove it, or leave enable out"
            yield arguments.refuse(argument, check.get(argument), message)
        return
    interval = check.number("interval_time", tke.HEALTH_CHECK_INTERVAL)
    timeout = check.number("timeout", tke.HEALTH_CHECK_TIMEOUT)
    if interval is not None and timeout is not None and timeout >= interval:
        message = f"is not less than interval_time, {interval}, as TKE asks; lower it, or take a longer interval"
        yield arguments.refuse("timeout", timeout, message)


def _sticks(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """A scheduler that keeps clients where they are, if they are to stay."""
    if "session_expire_time" in args.said and args.get("scheduler") == tke.LEAST_CONN:
        message = (
            f"goes with {tke.WRR} alone: {tke.LEAST_CONN} sends each connection elsewhere; remove this, or scheduler"
        )
        yield arguments.refuse("session_expire_time", args.get("session_expire_time"), message)


def _of_layer_4(arguments: Arguments, listener: Known) -> Iterator[Problem]:
    yield from _sticks(arguments, listener)
    check = listener.get("health_check")
    for argument in _HTTP_FIELDS:
        if isinstance(check, Known) and argument in check.said:
            message = "is for layer 7, and a layer 4 listener asks by a connection; remove it"
            yield arguments.at("health_check").refuse(argument, check.get(argument), message)


def _of_wildcards(arguments: Arguments, domain: Known) -> Iterator[Problem]:
    """A wildcard, for which a check has to ask for one host (TKE 45700)."""
    if not (domain.text("domain") or "").startswith("*"):
        return
    for index, rule in enumerate(domain.entries("rules")):
        check = rule.get("health_check")
        if isinstance(check, Known) and check.get("enable") is not False and "http_check_domain" not in check.said:
            message = "is missing; a wildcard is no host to ask for: name one under it"
            yield arguments.at("rules").entry(index).at("health_check").lacks("http_check_domain", message)


def _agree(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Something to say, and each listener once."""
    if not {"l4_listeners", "l7_listeners", "internet_max_bandwidth_out"} & args.said:
        yield arguments.lacks("l4_listeners", "is missing; say something of listeners, or leave the component out")
    for group in ("l4_listeners", "l7_listeners"):
        seen: set[tuple[object, object]] = set()
        for index, listener in enumerate(args.entries(group)):
            place = listener.text("protocol"), listener.number("port")
            if None not in place and place in seen:
                message = f"is in the list already with {place[0]}; name it once"
                yield arguments.at(group).entry(index).refuse("port", place[1], message)
            seen.add(place)


def _rules_once(arguments: Arguments, domain: Known) -> Iterator[Problem]:
    """Each path of a host once, and a host that a check can ask for."""
    yield from _of_wildcards(arguments, domain)
    yield from _once(arguments.at("rules"), "url", domain.entries("rules"))


def _domains_once(arguments: Arguments, listener: Known) -> Iterator[Problem]:
    """Each host of a listener once."""
    yield from _once(arguments.at("domains"), "domain", listener.entries("domains"))


def _once(place: Arguments, argument: str, entries: Sequence[Known]) -> Iterator[Problem]:
    said = [entry.text(argument) for entry in entries]
    for index, text in enumerate(said):
        if text is not None and text in said[:index]:
            yield place.entry(index).refuse(argument, text, LISTED_TWICE)


def _domain(value: str) -> None:
    if value:
        exposure_rules.forwarded_host(value)


HEALTH_CHECK = Shape(
    HealthCheck,
    {
        "interval_time": lambda value: rules.within(value, tke.HEALTH_CHECK_INTERVALS),
        "timeout": lambda value: rules.within(value, tke.HEALTH_CHECK_TIMEOUTS),
        "health_num": lambda value: rules.within(value, tke.HEALTH_CHECK_TIMES),
        "un_health_num": lambda value: rules.within(value, tke.HEALTH_CHECK_TIMES),
        "http_check_path": exposure_rules.forwarded_path,
        "http_check_domain": exposure_rules.health_check_host,
        "http_check_method": lambda value: rules.one_of(value, tke.HEALTH_CHECK_METHODS),
    },
    _numbers_agree,
)
_BACKENDS: Rules = {
    "health_check": HEALTH_CHECK,
    "scheduler": lambda value: rules.one_of(value, tke.SCHEDULERS),
    "session_expire_time": lambda value: rules.within(value, tke.SESSION_EXPIRE_TIMES),
}
L4_LISTENER = Shape(
    L4Listener,
    {"protocol": lambda value: rules.one_of(value, tke.SERVICE_CONFIG_PROTOCOLS), "port": rules.port, **_BACKENDS},
    _of_layer_4,
)
L7_RULE = Shape(L7Rule, {"url": exposure_rules.forwarded_path, **_BACKENDS}, _sticks)
L7_DOMAIN = Shape(L7Domain, {"domain": _domain, "rules": Items(L7_RULE, at_least_one="rule")}, _rules_once)
L7_LISTENER = Shape(
    L7Listener,
    {
        "protocol": lambda value: rules.one_of(value, ("HTTP", "HTTPS")),
        "port": rules.port,
        "domains": Items(L7_DOMAIN, at_least_one="domain"),
    },
    _domains_once,
)
TKE_SERVICE_CONFIG = Shape(
    TkeServiceConfigArgs,
    {
        "name": exposure_rules.service_config_name,
        "namespace": rules.app_namespace,
        "l4_listeners": Items(L4_LISTENER, at_least_one="listener"),
        "l7_listeners": Items(L7_LISTENER, at_least_one="listener"),
        "internet_max_bandwidth_out": lambda value: rules.within(value, tke.INTERNET_BANDWIDTH),
    },
    _agree,
)


class TkeServiceConfig(KubernetesComponent):
    """A TkeServiceConfig (TKE 45490, 45700), by which TKE sets up the listeners that a Service or an Ingress makes.

    What it does not say stays as it is on the load balancer, and what it said stays when it goes. A Service or an Ingress names it by
    `load_balancer.service_config`.
    """

    name: pulumi.Output[str]
    """The object's name, which comes after it."""

    def __init__(self, name: str, args: TkeServiceConfigArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the object; ArgumentError for what TKE would refuse."""
        super().__init__(name, opts, TKE_SERVICE_CONFIG.problems(args))
        self.name = make_tke_service_config(self._children, name, args)
        self.register_outputs({"name": self.name})


def make_tke_service_config(children: Children, name: str, args: TkeServiceConfigArgs) -> pulumi.Output[str]:
    """The TkeServiceConfig, and its name, which comes after it."""
    balancer: dict[str, Any] = {}
    if "l4_listeners" in args:
        balancer["l4Listeners"] = [_l4_listener(listener) for listener in args["l4_listeners"]]
    if "l7_listeners" in args:
        balancer["l7Listeners"] = [_l7_listener(listener) for listener in args["l7_listeners"]]
    if "internet_max_bandwidth_out" in args:
        balancer["internetMaxBandwidthOut"] = as_integer(args["internet_max_bandwidth_out"])
    made = kubernetes.apiextensions.CustomResource(
        f"{name}-service-config",
        api_version=tke.SERVICE_CONFIG_VERSION,
        kind=tke.SERVICE_CONFIG_KIND,
        metadata={"name": args["name"], "namespace": args.get("namespace") or defaults.NAMESPACE},
        spec={"loadBalancer": balancer},
        opts=children.options(custom_timeouts=of_the_api_server()),
    )
    return after(pulumi.Output.from_input(args["name"]), made)


def _l4_listener(listener: L4Listener) -> dict[str, Any]:
    return {"protocol": listener["protocol"], "port": as_integer(listener["port"]), **_backends(listener)}


def _l7_listener(listener: L7Listener) -> dict[str, Any]:
    return {
        "protocol": listener["protocol"],
        "port": as_integer(listener["port"]),
        "domains": [
            {
                "domain": domain["domain"],
                "rules": [{"url": rule["url"], **_backends(rule)} for rule in domain["rules"]],
            }
            for domain in listener["domains"]
        ],
    }


def _backends(settings: L4Listener | L7Rule) -> dict[str, Any]:
    """The settings of a listener or a rule about pods and nodes, under TKE's names; nothing of what it does not say."""
    made: dict[str, Any] = {}
    if "session_expire_time" in settings:
        made["session"] = {"enable": True, "sessionExpireTime": as_integer(settings["session_expire_time"])}
    if "health_check" in settings:
        made["healthCheck"] = {"enable": True} | {
            camel_case(field): value if isinstance(value, bool | str) or is_later(value) else as_integer(value)
            for field, value in _items(settings["health_check"])
        }
    if "scheduler" in settings:
        made["scheduler"] = settings["scheduler"]
    return made


def _items(check: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return iter(check.items())
