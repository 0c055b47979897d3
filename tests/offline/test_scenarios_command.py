"""`realip scenarios` answers at once, and as the guide's table and graph do."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from realip.text_width import width
from tests.offline.running import Realip
from tests.support.guide import DIRECT, FACTS, STACKS

ROOT = Path(__file__).resolve().parents[2]


def test_the_table_has_the_guides_rows_in_their_order(realip: Realip) -> None:
    run = realip("scenarios")
    assert (run.code, run.err) == (0, "")
    rows = [line.split("  ") for line in run.out.splitlines() if re.match(r" ?\d+  ", line)][: len(FACTS)]
    found = [tuple(cell.strip() for cell in row if cell.strip()) for row in rows]
    assert found == [
        (str(facts.number), stack, facts.mode, facts.connection, facts.nodes, str(facts.layer))
        for stack, facts in FACTS.items()
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_everything_that_makes_a_scenario_stands_under_it(language: str, realip: Realip) -> None:
    lines = realip("scenarios", "--lang", language).out.splitlines()
    for stack, facts in FACTS.items():
        start = lines.index(f"{facts.number} {stack}") + 1
        below = lines[start : lines.index("", start)]
        where = {
            ("socket peer", "en"): "the socket peer",
            ("socket peer", "zh"): "套接字的对端地址",
            ("X-Forwarded-For", "en"): "the last entry of X-Forwarded-For",
            ("X-Forwarded-For", "zh"): "X-Forwarded-For 的最后一项",
        }[facts.reads, language]
        assert where in below[0]
        assert f"type: {facts.service_type}" in "".join(below)
        assert any(line.endswith(f'{DIRECT}: "{facts.direct}"') for line in below)


def test_a_page_without_prose_fits_80_columns_even_in_a_pipe(realip: Realip) -> None:
    lines = realip("scenarios").out.splitlines()
    assert max(len(line) for line in lines[: lines.index("What is not offered")]) <= 80


def test_the_scenarios_in_chinese_keep_to_80_columns_in_which_characters_count_twice(realip: Realip) -> None:
    out = realip("scenarios", "--lang", "zh").out
    table = out[: out.index("如何选择")].splitlines()
    assert all(f"{facts.number}  {stack}" in out for stack, facts in FACTS.items())
    assert max(map(width, table)) <= 80
    modes = [width(re.split("VPC-CNI|GlobalRouter", line)[0]) for line in table[4:-1]]
    assert modes == [width(table[2][: table[2].index("网络模式")])] * len(FACTS)


def test_the_graph_leads_to_every_scenario_by_the_guides_questions(realip: Realip) -> None:
    lines = realip("scenarios").out.splitlines()
    graph = lines[lines.index("network mode?") :]
    asks = "layer, and what the app reads?"
    assert graph[: graph.index("")] == [
        "network mode?",
        "├─ VPC-CNI → nodes?",
        "│  ├─ native → connection?",
        f"│  │  ├─ direct → {asks}",
        "│  │  │  ├─ 4, the socket → 1 vpc-cni-direct-native",
        "│  │  │  └─ 7, X-Forwarded-For → 7 vpc-cni-direct-native-ingress",
        f"│  │  └─ non-direct → {asks}",
        "│  │     ├─ 4, the socket → 11 vpc-cni-nondirect-native-local",
        "│  │     └─ 7, X-Forwarded-For → 4 vpc-cni-nondirect-native",
        f"│  └─ super → {asks}",
        "│     ├─ 4, the socket → 3 vpc-cni-direct-super",
        "│     └─ 7, X-Forwarded-For → 9 vpc-cni-direct-super-ingress",
        "└─ GlobalRouter → nodes?",
        "   ├─ native → connection?",
        f"   │  ├─ direct → {asks}",
        "   │  │  ├─ 4, the socket → 2 globalrouter-direct-native",
        "   │  │  └─ 7, X-Forwarded-For → 8 globalrouter-direct-native-ingress",
        f"   │  └─ non-direct → {asks}",
        "   │     ├─ 4, the socket → 12 globalrouter-nondirect-native-local",
        "   │     └─ 7, X-Forwarded-For → 5 globalrouter-nondirect-native",
        f"   └─ super → {asks}",
        "      ├─ 4, the socket → 6 globalrouter-direct-super",
        "      └─ 7, X-Forwarded-For → 10 globalrouter-direct-super-ingress",
    ]


def test_every_combination_has_an_answer_in_json(realip: Realip) -> None:
    run = realip("scenarios", "--json")
    found = json.loads(run.out)
    assert [row["stack"] for row in found["scenarios"]] == list(STACKS)
    for row in found["scenarios"]:
        facts = FACTS[row["stack"]]
        features = row["keyFeatures"]
        assert (row["number"], row["networkMode"], row["nodeType"]) == (facts.number, facts.mode, facts.nodes)
        assert (row["connection"], row["layer"], row["reads"]) == (facts.connection, facts.layer, facts.reads)
        assert (features["type"], features[DIRECT]) == (facts.service_type, facts.direct)
        assert features.get("GlobalRouteDirectAccess") == ("true" if facts.config_map else None)
        assert features.get("kubernetes.io/ingress.class") == ("qcloud" if facts.layer == 7 else None)
        assert features.get("ingress.cloud.tencent.com/direct-access") == (facts.direct if facts.layer == 7 else None)
        assert features.get("externalTrafficPolicy") == ("Local" if facts.local else None)
        eklet = "eklet" if facts.nodes == "super" else None
        assert features.get("node.kubernetes.io/instance-type") == eklet
    choices = ("networkMode", "nodeType", "connection", "layer")
    combinations = {tuple(row[choice] for choice in choices): row for row in found["decision"]}
    assert len(combinations) == len(found["decision"]) == 16
    offered = {key: row["stack"] for key, row in combinations.items() if row["offered"]}
    assert offered == {facts.choices: stack for stack, facts in FACTS.items()}
    for row in combinations.values():
        if not row["offered"]:
            assert row["nearest"] in STACKS
            assert row["reason"].endswith(".")


def test_what_is_not_offered_is_told_with_its_reason(realip: Realip) -> None:
    out = realip("scenarios").out
    assert out.count("a super node has no node port") == 1  # one reason, said once
    told = out[out.index("a super node has no node port") :]
    assert "─ GlobalRouter, super nodes, non-direct, layer 4 → nearest: 6 globalrouter-direct-super\n" in told
    assert "─ VPC-CNI, super nodes, non-direct, layer 7 → nearest: 9 vpc-cni-direct-super-ingress\n" in told


@pytest.mark.parametrize(
    ("arguments", "code", "slow"),
    [
        (
            ["scenarios"],
            0,
            ("pulumi", "pulumi_kubernetes", "tencentcloud_iac_pulumi", "pydantic", "yaml", "rich", "httpx"),
        ),
        (["scenarios", "--json"], 0, ("pulumi", "pydantic", "yaml", "rich")),
        (["preview", "no-such-stack"], 2, ("pulumi", "pydantic", "rich", "httpx")),
        (["preview", "--config", "="], 2, ("pulumi", "pydantic", "rich", "httpx")),
        (
            ["render", "--config", "app.port=0"],
            2,
            ("pulumi", "pulumi_kubernetes", "tencentcloud_iac_pulumi", "grpc", "rich"),
        ),
        (["diff", "vpc-cni-direct-native", "x"], 2, ("pulumi", "rich")),
        (["preview"], 0, ("rich", "httpx")),
        (["render"], 0, ("rich", "httpx")),
    ],
)
def test_a_command_loads_nothing_that_it_does_not_need(
    arguments: list[str], code: int, slow: tuple[str, ...], project: Path
) -> None:
    program = (
        "import sys\nfrom realip.cli import main\ncode = main(sys.argv[1:])\n"
        f"found = [name for name in {slow!r} if name in sys.modules]\nprint(code, found, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=project,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr.splitlines()[-1] == f"{code} []"
