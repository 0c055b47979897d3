"""Health checks, scheduling and sessions: rules that look at more than one setting."""

from collections.abc import Iterator

from realip import exposure_rules, rules, tke
from realip.problems import MISSING, Problem
from realip.settings.exposure_plan import drain_seconds, listeners, seconds_until_unwell, service_config_name
from realip.settings.models import Settings

__all__ = ["service_config_problems"]

_CHECK = "loadBalancer.healthCheck"


def service_config_problems(settings: Settings) -> Iterator[Problem]:
    """A TkeServiceConfig that TKE takes, and numbers that add up."""
    name = service_config_name(settings)
    if name is None:
        return
    try:
        exposure_rules.service_config_name(name)
    except ValueError as error:
        field, named = (
            ("ingress", settings.app.ingress)
            if settings.row.exposure.has_ingress
            else ("service", settings.app.service)
        )
        yield Problem(f"app.{field}", named or MISSING, f"makes a TkeServiceConfig {name}, which {error}")
    balancer = settings.load_balancer
    if balancer.session_expire_time is not None and balancer.scheduler == tke.LEAST_CONN:
        message = f"goes with {tke.WRR} alone: {tke.LEAST_CONN} sends each connection elsewhere; remove this, or loadBalancer.scheduler"
        yield Problem(
            "loadBalancer.sessionExpireTime", balancer.session_expire_time, message, ("loadBalancer.scheduler",)
        )
    yield from _layer_4(settings)
    yield from _check(settings)


def _layer_4(settings: Settings) -> Iterator[Problem]:
    """Listeners and checks that a TkeServiceConfig has no words for at layer 4 (TKE 45490)."""
    if settings.row.exposure.has_ingress:
        return
    for index, listener in enumerate(listeners(settings)):
        if listener.protocol not in tke.SERVICE_CONFIG_PROTOCOLS:
            message = (
                "cannot go with loadBalancer.healthCheck, scheduler or sessionExpireTime: a TkeServiceConfig speaks of TCP and UDP "
                "listeners (TKE 45490); remove those, or take TCP"
            )
            involved = (_CHECK, "loadBalancer.scheduler", "loadBalancer.sessionExpireTime", "scenario")
            yield Problem(f"loadBalancer.ports[{index}].protocol", listener.protocol, message, involved)
    check = settings.load_balancer.health_check
    for key, value in check.model_dump(by_alias=True, exclude_none=True).items() if check else ():
        if key.startswith("http"):
            message = f"is for layer 7, and `{settings.row.slug}` listens at layer 4, where a check is a connection; remove it"
            yield Problem(f"{_CHECK}.{key}", value, message, ("scenario",))


def _check(settings: Settings) -> Iterator[Problem]:
    check, app = settings.load_balancer.health_check, settings.app
    if check is None:
        return
    said = check.model_dump(by_alias=True, exclude_none=True)
    if not check.enable:
        for key, value in said.items():
            if key != "enable":
                yield Problem(f"{_CHECK}.{key}", value, "is of a check, and enable is false; remove one of the two")
        return
    interval = check.interval_time or tke.HEALTH_CHECK_INTERVAL
    timeout = check.timeout or tke.HEALTH_CHECK_TIMEOUT
    if timeout >= interval:
        message = f"is not less than intervalTime, {interval}, as TKE asks (45490); lower it, or take a longer interval"
        yield Problem(f"{_CHECK}.timeout", timeout, message, (f"{_CHECK}.intervalTime",))
    if app.deploy:
        yield from _draining(settings, interval)


def _draining(settings: Settings, interval: int) -> Iterator[Problem]:
    """Pods serve until the load balancer has seen that they go, and a rollout has the time to see new ones come."""
    app, unwell, drain = settings.app, seconds_until_unwell(settings), drain_seconds(settings)
    involved = ("app.drainSeconds", "app.timeoutSeconds", f"{_CHECK}.intervalTime", f"{_CHECK}.unHealthNum")
    drains = rules.kubernetes_version(settings.cluster.version)[:2] >= tke.PRE_STOP_SLEEP_VERSION
    if unwell > rules.DRAIN_SECONDS[-1]:
        message = (
            f"lets the load balancer send to a pod that is gone for {unwell} s (unHealthNum x intervalTime), and a pod drains for at most "
            f"{rules.DRAIN_SECONDS[-1]} s; lower one of them"
        )
        yield Problem(f"{_CHECK}.intervalTime", interval, message, involved)
    elif drains and drain < unwell:
        message = (
            f"is shorter than the {unwell} s (loadBalancer.healthCheck: unHealthNum x intervalTime) for which the load balancer may still send "
            f"to a pod that is gone; set it to {unwell}, or remove it"
        )
        yield Problem("app.drainSeconds", drain, message, involved)
    check = settings.load_balancer.health_check
    until_well = interval * ((check and check.health_num) or tke.HEALTH_CHECK_NUMBER)
    if settings.row.exposure.direct_access == "true" and until_well >= app.timeout_seconds:
        message = (
            f"is over before the load balancer takes the first new pod for well, after {until_well} s (healthNum x intervalTime), for which a "
            "rollout waits with direct access; set it higher"
        )
        yield Problem(
            "app.timeoutSeconds", app.timeout_seconds, message, (*involved, f"{_CHECK}.healthNum", "scenario")
        )
