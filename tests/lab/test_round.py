"""The verdict of every scenario and every negative control, on real packets."""

import ipaddress
import re
from html import escape
from html.parser import HTMLParser

import pytest

from lab.proof.prediction import Prediction
from lab.report.content import ASSUMED
from realip.reads import Reads
from realip.scenarios import SCENARIOS
from tests.lab import host
from tests.lab.conftest import PROJECT, Round, lab, on_the_machine

pytestmark = on_the_machine

TIMES = "\N{MULTIPLICATION SIGN}"
CLIENT = "198.51.100.10"
VPC = ipaddress.ip_network("10.0.0.0/16")
CLUSTER = ipaddress.ip_network("172.16.0.0/16")
BALANCER = ipaddress.ip_network("100.64.0.0/10")
FIRST, SECOND, THIRD = "vpc-cni-direct-native", "globalrouter-direct-native", "vpc-cni-direct-super"
FOURTH, FIFTH = "vpc-cni-nondirect-native", "globalrouter-nondirect-native"
PODS = {row.slug: row.replicas for row in SCENARIOS}
HEADER_READERS = [row.slug for row in SCENARIOS if row.reads is Reads.X_FORWARDED_FOR]
CONTROLS = [
    (FIRST, "plain-node-port", "translated"),
    (FIRST, "annotation-missing", "translated"),
    (FIRST, "annotation-false", "translated"),
    (FIRST, "default-on", "preserved"),
    (FIRST, "layer-7-socket", "translated"),
    (FIRST, "inside-the-cluster", "unknown"),
    (FIRST, "node-no-ranges", "unknown"),
    (FIRST, "pod-no-ranges", "unknown"),
    (FIRST, "behind-nat", "unknown"),
    (FIRST, "local-without-pod", "unreachable"),
    (FIFTH, "local-cluster", "translated"),
    (FIFTH, "local-weighted", "preserved"),
    (FIFTH, "local-unweighted", "preserved"),
    (FIFTH, "local-every-node", "preserved"),
    (FOURTH, "direct-left-entry", "spoofable"),
    (FOURTH, "direct-socket", "translated"),
    (FOURTH, "ingress-annotation-missing", "spoofable"),
    (FOURTH, "hosts-and-tls", "preserved"),
    (FOURTH, "cluster-ip", "no address"),
    (FOURTH, "no-selector", "no address"),
    (FOURTH, "no-service", "no address"),
    (FOURTH, "balancer-beside", "spoofable"),
    (FIRST, "echo-app", "preserved"),
    (FIRST, "udp", "preserved"),
    (FIRST, "allow-list", "preserved"),
    (FIRST, "closed-nodes", "unreachable"),
    (SECOND, "own-interface", "preserved"),
    (SECOND, "annotation-false", "translated"),
    (SECOND, "not-enabled", "no address"),
    (SECOND, "pod-no-ranges", "unknown"),
    (THIRD, "header-at-layer-4", "spoofable"),
    (FOURTH, "left-entry", "spoofable"),
    (FOURTH, "one-entry-added", "spoofable"),
    (FOURTH, "open-node-port", "spoofable"),
    (FIFTH, "left-entry", "spoofable"),
    (FIFTH, "one-entry-added", "spoofable"),
    (FIFTH, "open-node-port", "spoofable"),
]


IN_NO_OBJECT = {
    "inside-the-cluster",
    "node-no-ranges",
    "pod-no-ranges",
    "behind-nat",
    "local-without-pod",
    "closed-nodes",
    "left-entry",
    "one-entry-added",
    "direct-left-entry",
}
"""Controls whose fault lies with who asks, in an app's code, or in security groups."""
SHOWN = {
    "RIP001": "annotation-false",
    "RIP003": "not-enabled",
    "RIP007": "direct-socket",
    "RIP008": "cluster-ip",
    "RIP009": "no-selector",
    "RIP010": "balancer-beside",
    "RIP017": "local-every-node",
    "RIP034": "plain-node-port",
    "RIP041": "no-service",
    "RIP042": "local-cluster",
    "RIP043": "header-at-layer-4",
}
"""The rules that packets can show, each with a control in which its condition holds."""


@pytest.mark.parametrize("slug", PODS)
def test_the_scenario_keeps_the_client_s_address(round_: Round, slug: str) -> None:
    result = round_.results[slug]
    assert (result["verdict"], result["exit_code"]) == ("preserved", 0), result["summary"]
    assert {each.split(",")[-1].strip() for each in result["saw"]} == {CLIENT}


@pytest.mark.parametrize(("slug", "pods"), PODS.items())
def test_every_pod_was_asked(round_: Round, slug: str, pods: int) -> None:
    assert len(round_.results[slug]["pods"]) == pods


@pytest.mark.parametrize("slug", HEADER_READERS)
def test_forged_headers_were_sent_and_changed_nothing(round_: Round, slug: str) -> None:
    assert any("," in each for each in round_.results[slug]["saw"]), "no probe arrived with a forged element"


@pytest.mark.parametrize(("slug", "name", "verdict"), CONTROLS)
def test_the_control_shows_what_it_has_to_show(round_: Round, slug: str, name: str, verdict: str) -> None:
    control = next(each for each in round_.results[slug]["controls"] if each["name"] == name)
    assert control["verdict"] == verdict, control["words"]
    assert control["passed"], control["words"]


@pytest.mark.parametrize(
    ("slug", "name"), [(slug, name) for slug, name, verdict in CONTROLS if verdict == "translated"]
)
def test_a_lost_address_became_one_of_the_cluster(round_: Round, slug: str, name: str) -> None:
    """Not merely another address: a node's own, that of its bridge on GlobalRouter, or the load balancer's."""
    control = next(each for each in round_.results[slug]["controls"] if each["name"] == name)
    seen = [ipaddress.ip_address(each) for each in control["saw"].replace(", ...", "").split(", ")]
    assert seen
    assert all(address in VPC or address in CLUSTER or address in BALANCER for address in seen)


@pytest.mark.parametrize("slug", PODS)
def test_the_audit_foretells_each_scenario_from_its_objects(round_: Round, slug: str) -> None:
    predicted = round_.results[slug]["predicted"]
    reads = "x-forwarded-for" if slug in HEADER_READERS else "socket"
    assert (predicted["sees"], predicted["reads"]) == ("client", reads)
    assert predicted["forgeable"] in ((None, False) if slug in HEADER_READERS else (False,))


@pytest.mark.parametrize(("slug", "name", "verdict"), CONTROLS)
def test_the_audit_foretells_each_control_or_says_why_it_cannot(
    round_: Round, slug: str, name: str, verdict: str
) -> None:
    control = next(each for each in round_.results[slug]["controls"] if each["name"] == name)
    predicted = Prediction.from_json(control["predicted"])
    assert bool(control["unseen"]) is (name in IN_NO_OBJECT), control
    if control["unseen"]:
        assert predicted.verdicts != {verdict}, predicted
    else:
        assert verdict in predicted.verdicts, predicted


@pytest.mark.parametrize(("rule", "name"), SHOWN.items())
def test_what_a_rule_finds_packets_show(round_: Round, rule: str, name: str) -> None:
    """And where nothing is lost or forged, in the scenarios themselves, it finds nothing."""
    controls = [each for result in round_.results.values() for each in result["controls"] if each["name"] == name]
    assert controls
    for control in controls:
        assert rule in control["predicted"]["rules"]
    for result in round_.results.values():
        assert rule not in result["predicted"]["rules"]


def test_no_control_was_added_or_lost_unnoticed(round_: Round) -> None:
    found = [(slug, each["name"]) for slug, result in round_.results.items() for each in result["controls"]]
    assert sorted(found) == sorted((slug, name) for slug, name, _ in CONTROLS)


def test_everything_passed_and_the_exit_codes_say_so(round_: Round) -> None:
    assert (round_.verify_code, round_.report_code) == (0, 0)


class Page(HTMLParser):
    """What a browser would load from elsewhere, and the words of the diagrams."""

    def __init__(self) -> None:
        super().__init__()
        self.elsewhere: list[str] = []
        self.tags: list[str] = []
        self.classes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        self.classes += (values.get("class") or "").split()
        self.elsewhere += [f"{tag} {name}" for name in ("src", "href", "srcset") if name in values]


def test_the_page_needs_nothing_from_elsewhere_and_has_its_diagrams(round_: Round) -> None:
    page = Page()
    page.feed(round_.page)
    assert page.elsewhere == []
    assert "@import" not in round_.page
    assert "url(" not in round_.page
    assert page.classes.count("path") == len(PODS) + 1
    assert page.classes.count("plot") == 9
    assert "script" not in page.tags


def test_the_captures_show_where_the_address_goes_lost(round_: Round) -> None:
    """Where the app reads its socket every source is the client's; over a node port it is not, from the node on."""
    cards = round_.page.split('<section class="card">')
    titles = [row.title for row in SCENARIOS if row.reads is Reads.SOCKET_PEER]
    assert len(titles) >= 3
    for title in titles:
        card = next(card for card in cards if f". {escape(title)}</h3>" in card)
        assert re.findall(r'class="mono lost"', card) == []
        assert len(re.findall(r'class="mono kept">198\.51\.100\.10:', card)) >= 8
    lost = next(card for card in cards if "Through a node port" in card)
    assert "source 198.51.100.10:" in lost, "the kernel's connection table has no translation of the client"
    assert re.search(r"source 198\.51\.100\.10:\d+ became 10\.0\.", lost)


def test_a_super_node_is_not_in_the_path(round_: Round) -> None:
    cards = round_.page.split('<section class="card">')
    titles = [row.title for row in SCENARIOS if row.super_nodes]
    assert titles
    for title in titles:
        card = next(card for card in cards if f". {escape(title)}</h3>" in card)
        assert "node-" not in card
        assert "eklet" not in card


def test_the_load_was_answered(round_: Round) -> None:
    for word in ("Direct to the", "Through a", "Ingress over"):
        assert round_.report_text.count(word) >= 3


def test_the_page_has_one_number_for_one_thing(round_: Round) -> None:
    """The latency against direct stands in a tile, in a sentence and in the terminal: a reader must not find two of it."""
    for words, way in (("a node port in the way", "Through a node"), ("an Ingress over a node port", "Ingress over a")):
        tile = re.search(rf"<b>([\d.]+){TIMES}</b><span>median latency with {words}", round_.page)
        assert tile, f"no tile says what {words} costs"
        assert f"{tile[1]}{TIMES}" in round_.page.replace(tile[0], ""), "the sentence has another number than the tile"
        row = next(line for line in round_.report_text.splitlines() if line.startswith(f"│ {way}"))
        assert f"{tile[1]}x" in row


def test_what_is_assumed_of_tke_is_said_on_the_page_and_in_the_documentation(round_: Round) -> None:
    documentation = (PROJECT / "docs" / "lab.md").read_text(encoding="utf-8")
    assert len(ASSUMED) >= 4
    for words in ASSUMED:
        assert escape(words) in round_.page
        assert words in documentation


def test_up_leaves_a_running_lab_alone(round_: Round) -> None:
    assert round_.results
    inside = host.programs()
    done = lab("up", FIRST)
    assert done.returncode == 0, done.stderr
    assert host.programs() == inside


def test_down_leaves_nothing_and_the_machine_s_own_network_was_never_touched(round_: Round) -> None:
    """The last test of the round: it takes the labs away."""
    during = host.snapshot()
    done = lab("down")
    assert done.returncode == 0, done.stderr
    assert host.namespaces() == []
    assert host.programs() == []
    for command, lines in round_.before.items():
        assert during[command] == lines, f"`{command}` was different while the labs were up"
        assert host.snapshot()[command] == lines, f"`{command}` is different after `down`"
