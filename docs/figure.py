"""The picture at the head of the README: whose address an app sees, through a node port and directly, as the model says.

What arrives comes from `realip.behaviour`, and the addresses from the default stack's plan; only the drawing is here.
"""

from collections.abc import Iterator
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple

from realip import tke
from realip.behaviour import Binding, ClusterFacts, Exposure, PodNetwork, Sees, service_exposure
from realip.defaults import ZONES
from realip.init.answers import NOBODY
from realip.messages import Language, Speaker
from realip.offline.journey import EXAMPLE_CLIENT
from realip.rules import region_of
from realip.scenarios import DEFAULT_STACK
from realip.settings.address_plan import address_plan
from realip.settings.loading import parse_settings

__all__ = ["alternative", "drawing"]

_WIDTH, _LANE, _TOP = 760, 132, 16
_BOX, _BOX_HEIGHT = 104, 44
_MIDDLES = {"client": 62, "CLB": 268, "node": 474, "pod": 680}
"""Where each place stands, from the left."""
_STYLE = """\
text{font:13px system-ui,"Segoe UI",Helvetica,Arial,"PingFang SC","Noto Sans CJK SC",sans-serif;fill:#1f2328;text-anchor:middle}
.title{font-size:14px;font-weight:600;text-anchor:start}.result{text-anchor:end}.address{font-family:ui-monospace,SFMono-Regular,Menlo,monospace;font-size:12px}
.box{fill:#f6f8fa;stroke:#8c959f}.wire{stroke:#57606a;stroke-width:1.5}.head{fill:#57606a}
.kept{fill:#1a7f37;font-weight:600}.lost{fill:#cf222e;font-weight:600}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.box{fill:#161b22;stroke:#6e7681}.wire{stroke:#9198a1}.head{fill:#9198a1}
.kept{fill:#3fb950}.lost{fill:#f85149}}"""


_WORDS = {
    Language.ENGLISH: {
        "node port": "Without direct access: through a node port",
        "direct": "With realip: direct to the pod",
        "sees": "the app sees the {whose}, {seen}",
        "words": "{title}, {sees}",
    },
    Language.CHINESE: {
        "node port": "没有直连：经过节点端口",
        "direct": "使用 realip：直连 Pod",
        "sees": "应用看到的是{whose} {seen}",
        "words": "{title}，{sees}",
    },
}


class _Lane(NamedTuple):
    """The way of one connection, and what comes of it."""

    title: str
    exposure: Exposure
    node: str
    """A node's address."""

    @property
    def places(self) -> list[str]:
        """Those that a packet stops at."""
        return ["client", "CLB", *(["node"] if self.exposure.binding is Binding.NODE_PORTS else []), "pod"]

    @property
    def seen(self) -> str:
        """The address that the app sees."""
        return {Sees.CLIENT: EXAMPLE_CLIENT, Sees.NODE: self.node}[self.exposure.sees]


def _lanes(language: Language) -> list[_Lane]:
    """A Service that says nothing, where TKE's default is the node port, and one that asks for direct access."""
    settings = parse_settings(
        {"scenario": DEFAULT_STACK, "access": {"adminCidrs": [NOBODY]}}, region=region_of(ZONES[0])
    )
    nodes = address_plan(settings).node_ranges
    cluster = ClusterFacts(network=PodNetwork.VPC_CNI, default_direct_access=False)
    lanes: dict[str, dict[str, str]] = {"node port": {}, "direct": {tke.SERVICE_DIRECT_ACCESS: "true"}}
    return [
        _Lane(_WORDS[language][title], service_exposure(_service(annotations), cluster), str(nodes[0][7]))
        for title, annotations in lanes.items()
    ]


def _service(annotations: dict[str, str]) -> dict[str, Any]:
    metadata = {"name": "shop", "namespace": "default", "annotations": annotations}
    return {
        "kind": "Service",
        "metadata": metadata,
        "spec": {"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 80}]},
    }


def alternative(language: Language) -> str:
    """The picture in words."""
    words = _WORDS[language]["words"]
    return "; ".join(words.format(title=lane.title, sees=_sees(lane, language)) for lane in _lanes(language))


def drawing(language: Language) -> str:
    """The picture as SVG, which follows the reader's theme."""
    lanes = _lanes(language)
    height = _LANE * len(lanes) + _TOP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img">',
        f"<title>{escape(alternative(language))}</title>",
        f"<style>{_STYLE}</style>",
    ]
    for number, lane in enumerate(lanes):
        parts += _lane(lane, number * _LANE + _TOP, language)
    return "\n".join([*parts, "</svg>", ""])


def _lane(lane: _Lane, top: int, language: Language) -> Iterator[str]:
    say, middle = Speaker(language), top + 58
    yield f'<text class="title" x="10" y="{top + 14}">{escape(lane.title)}</text>'
    for place in lane.places:
        x = _MIDDLES[place]
        yield (
            f'<rect class="box" x="{x - _BOX // 2}" y="{middle - _BOX_HEIGHT // 2}" width="{_BOX}" '
            f'height="{_BOX_HEIGHT}" rx="8"/>'
        )
        yield f'<text x="{x}" y="{middle + 5}">{escape(say(f"place_{place}"))}</text>'
    for start, end in pairwise(lane.places):
        left, right = _MIDDLES[start] + _BOX // 2, _MIDDLES[end] - _BOX // 2
        yield f'<line class="wire" x1="{left + 2}" y1="{middle}" x2="{right - 8}" y2="{middle}"/>'
        yield f'<path class="head" d="M{right - 10} {middle - 5} L{right - 1} {middle} L{right - 10} {middle + 5} Z"/>'
        source = lane.seen if end == "pod" else EXAMPLE_CLIENT
        yield (
            f'<text class="address {_colour(source)}" x="{(left + right) // 2 - 4}" y="{middle - 9}">{source}</text>'
        )
    mark = {"kept": "✓", "lost": "✗"}[_colour(lane.seen)]
    words = escape(_sees(lane, language))
    yield f'<text class="result {_colour(lane.seen)}" x="{_WIDTH - 28}" y="{middle + 44}">{mark} {words}</text>'


def _sees(lane: _Lane, language: Language) -> str:
    whose = Speaker(language)(f"place_{lane.exposure.sees.value}")
    return _WORDS[language]["sees"].format(seen=lane.seen, whose=whose)


def _colour(address: str) -> str:
    return "kept" if address == EXAMPLE_CLIENT else "lost"
