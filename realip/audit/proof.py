"""From finding to proof: `realip verify` asked at each exposure that has an address, beside what was predicted."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from realip.audit.objects import Found, as_map, as_maps
from realip.audit.routes import host_of
from realip.audit.world import World
from realip.behaviour import SOCKET, Exposure, Sees
from realip.errors import InputError
from realip.messages import ENGLISH, Message, Say, message
from realip.verify import Report, VerifyOptions, verify

__all__ = ["Agreement", "Proof", "prove"]


class Agreement(StrEnum):
    """A prediction beside its proof."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    OPEN = "open"
    """Proof and prediction say nothing of each other, or nothing was asked."""


_AS_PREDICTED: Mapping[str, frozenset[Sees]] = {
    "preserved": frozenset({Sees.CLIENT}),
    "translated": frozenset({Sees.NODE, Sees.PROXY}),
}
"""Verdicts of a verification, and the predictions that they bear out."""
_STYLES = {Agreement.AGREES: "good", Agreement.DISAGREES: "bad", Agreement.OPEN: "doubtful"}


@dataclass(frozen=True)
class Proof:
    """An exposure's proof."""

    exposure: Exposure
    url: str | None
    report: Report | None
    """None where nothing was asked."""
    not_asked: Message | None = None

    @property
    def agreement(self) -> Agreement:
        """The prediction beside what packets showed."""
        if self.report is None:
            return Agreement.OPEN
        return agreement(self.exposure, self.report.verdict.value)

    @property
    def style(self) -> str:
        """The way in which it is shown: `good`, `bad` or `doubtful`."""
        return _STYLES[self.agreement]

    def line(self, say: Say) -> str:
        """Prediction, proof and their comparison, or why nothing was asked."""
        if self.report is None:
            return self.words(say)
        return say(
            "audit_proof_line",
            predicted=say(f"sees_{self.exposure.sees.value}"),
            proven=say(f"verdict_{self.report.verdict.value}"),
            words=self.words(say),
        )

    def words(self, say: Say) -> str:
        """The comparison in a sentence."""
        if self.report is None:
            return say(
                "audit_not_asked", why=say(self.not_asked.code, **self.not_asked.values) if self.not_asked else ""
            )
        found = {
            Agreement.AGREES: say("audit_agrees"),
            Agreement.DISAGREES: say("audit_disagrees"),
            Agreement.OPEN: say("audit_undecided"),
        }
        return found[self.agreement]

    def to_json(self) -> dict[str, Any]:
        """The proof as JSON has it."""
        exposure = self.exposure
        return {
            "kind": exposure.kind,
            "namespace": exposure.namespace,
            "name": exposure.name,
            "url": self.url,
            "predicted": exposure.sees.value,
            "proven": self.report.verdict.value if self.report else None,
            "agreement": self.agreement.value,
            "summary": self.report.summary if self.report else self.words(ENGLISH),
        }


def agreement(exposure: Exposure, verdict: str) -> Agreement:
    """A prediction beside a verdict of `realip verify`."""
    if verdict == "spoofable":
        return (
            Agreement.DISAGREES
            if exposure.forgeable is False
            else Agreement.AGREES
            if exposure.forgeable
            else Agreement.OPEN
        )
    if verdict == "unreachable":
        # Who is not let in learns nothing about those who are.
        return Agreement.AGREES if exposure.sees is Sees.NOBODY else Agreement.OPEN
    borne_out = _AS_PREDICTED.get(verdict)
    if borne_out is None or exposure.sees is Sees.UNKNOWN:
        return Agreement.OPEN
    return Agreement.AGREES if exposure.sees in borne_out else Agreement.DISAGREES


def prove(
    exposures: Iterable[tuple[Exposure, Found]],
    world: World,
    seconds: float,
    expect: Sequence[str],
    tell: Callable[[Message], None],
) -> Iterator[Proof]:
    """Ask each exposure that has an address, so many seconds at most for each."""
    ranges = _ranges(world)
    for exposure, found in exposures:
        address = _address(found)
        if address is None:
            yield Proof(exposure, None, None, message("audit_no_address"))
            continue
        url = _url(found, address)
        if url is None:
            yield Proof(exposure, None, None, message("audit_no_http"))
            continue
        tell(message("audit_proving", name=str(found)))
        try:
            options = VerifyOptions(
                url=url,
                reads=exposure.reads or SOCKET,
                host=_host(world, found),
                timeout=seconds,
                expect=expect,
                ranges=ranges,
            )
            yield Proof(exposure, url, verify(options))
        except InputError as error:
            yield Proof(exposure, url, None, message("audit_cannot_ask", why=str(error)))


def _address(found: Found) -> str | None:
    """The address that an exposure's status has; None before it has one."""
    status = as_map(found.body.get("status"))
    for entry in as_maps(as_map(status.get("loadBalancer")).get("ingress")):
        address = entry.get("ip") or entry.get("hostname")
        if isinstance(address, str):
            return address
    addresses = [entry.get("value") for entry in as_maps(status.get("addresses"))]
    return next((address for address in addresses if isinstance(address, str)), None)


def _url(found: Found, address: str) -> str | None:
    """Where to ask; None for an exposure without a TCP port."""
    host = f"[{address}]" if ":" in address else address
    if found.kind == "Ingress":
        return f"https://{host}/" if found.spec.get("tls") else f"http://{host}/"
    ports = as_maps(found.spec.get("listeners" if found.kind == "Gateway" else "ports"))
    numbers = [port.get("port") for port in ports if port.get("protocol", "TCP") != "UDP"]
    known = [number for number in numbers if isinstance(number, int)]
    if not known:
        return None
    number = next((each for each in (80, 443) if each in known), known[0])
    return f"https://{host}/" if number == 443 else f"http://{host}/" if number == 80 else f"http://{host}:{number}/"


def _host(world: World, found: Found) -> str | None:
    """The name that a rule of an Ingress or of a Gateway's route asks for."""
    if found.kind == "Gateway":
        return host_of(world, found)
    if found.kind != "Ingress":
        return None
    hosts = [rule.get("host") for rule in as_maps(found.spec.get("rules"))]
    return next((host for host in hosts if isinstance(host, str) and "*" not in host), None)


def _ranges(world: World) -> dict[str, list[str]]:
    """The networks that the nodes show, by whose addresses they are."""
    nodes, pods = [], []
    for node in world.by_kind["Node"]:
        for entry in as_maps(as_map(node.body.get("status")).get("addresses")):
            address = entry.get("address")
            if entry.get("type") == "InternalIP" and isinstance(address, str):
                nodes.append(f"{address}/{128 if ':' in address else 32}")
        if isinstance(node.spec.get("podCIDR"), str):
            pods.append(str(node.spec["podCIDR"]))
    return {kind: sorted(set(found)) for kind, found in (("nodes", nodes), ("pods", pods)) if found}
