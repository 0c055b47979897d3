"""A real Prometheus asks `realip watch`, and its alerts fire when they have to and otherwise not."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.software.conftest import free_port
from tests.verify.servers import Request, answer, layer_4, serving
from tools.catalogue import locate
from tools.processes import Background, stop
from tools.waiting import wait_for

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples/watching"
SECONDS = 60.0


def test_the_rules_and_the_scrape_to_copy_are_ones_that_prometheus_takes() -> None:
    for what in (("rules", "alerts.yaml"), ("config", "prometheus.yml")):
        done = subprocess.run(
            [locate("promtool"), "check", *what], cwd=EXAMPLES, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "SUCCESS" in done.stdout


ALERTS: dict[str, tuple[str, str]] = {
    "a loss at once": ('realip_verdict{target="a",verdict="translated"}', "ClientAddressLost"),
    "a forgery at once": ('realip_verdict{target="a",verdict="spoofable"}', "ClientAddressForgeable"),
}


@pytest.mark.parametrize("case", ALERTS)
def test_what_is_lost_alerts_in_the_first_minute(case: str, tmp_path: Path) -> None:
    series, name = ALERTS[case]
    _rule_test(tmp_path, {series: "0 1 1"}, [("0m", name, False), ("1m", name, True)])


def test_what_cannot_be_told_alerts_only_after_a_while_and_never_as_a_loss(tmp_path: Path) -> None:
    _rule_test(
        tmp_path,
        {
            'realip_verdict{target="a",verdict="unreachable"}': "0 1x30",
            'realip_verdict{target="a",verdict="translated"}': "0x31",
        },
        [
            ("10m", "ClientAddressUnproven", False),
            ("20m", "ClientAddressUnproven", True),
            ("30m", "ClientAddressLost", False),
        ],
    )


def test_one_round_without_an_answer_alerts_nobody(tmp_path: Path) -> None:
    _rule_test(
        tmp_path,
        {'realip_verdict{target="a",verdict="unreachable"}': "0 1 0x40"},
        [(f"{minute}m", "ClientAddressUnproven", False) for minute in (1, 16, 30)],
    )


def test_a_watch_that_hangs_alerts(tmp_path: Path) -> None:
    _rule_test(
        tmp_path,
        {
            'realip_last_round_timestamp_seconds{target="a"}': "0x20",
            'realip_interval_seconds{target="a"}': "60x20",
        },
        [("2m", "RealIPWatchSilent", False), ("10m", "RealIPWatchSilent", True)],
    )


def _rule_test(folder: Path, series: dict[str, str], expected: list[tuple[str, str, bool]]) -> None:
    """Have promtool play the series, a value a minute, and hold which alerts fire when."""
    rules = yaml.safe_load((EXAMPLES / "alerts.yaml").read_text())
    written = {rule["alert"]: rule for group in rules["groups"] for rule in group["rules"]}
    alerts: list[dict[str, Any]] = []
    for when, name, fires in expected:
        rule = written[name]
        labels = {"target": "a", **rule["labels"]}
        if verdict := re.search(r'verdict="(\w+)"', rule["expr"]):
            labels["verdict"] = verdict[1]
        summary = {key: text.replace("{{ $labels.target }}", "a") for key, text in rule["annotations"].items()}
        alert = {"exp_labels": labels, "exp_annotations": summary}
        alerts.append({"eval_time": when, "alertname": name, "exp_alerts": [alert] if fires else []})
    test = {"interval": "1m", "input_series": [{"series": key, "values": value} for key, value in series.items()]}
    document = {"rule_files": [str(EXAMPLES / "alerts.yaml")], "tests": [{**test, "alert_rule_test": alerts}]}
    file = folder / "test.yaml"
    file.write_text(yaml.safe_dump(document))
    done = subprocess.run(
        [locate("promtool"), "test", "rules", file], capture_output=True, text=True, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def _running(*programs: tuple[str, list[str | Path]], folder: Path) -> Iterator[None]:
    started = [Background(name, command, folder / f"{name}.log") for name, command in programs]
    try:
        yield
    finally:
        stop(started[::-1])


def test_the_day_somebody_flips_an_annotation_is_the_day_they_know(tmp_path: Path) -> None:
    lost = threading.Event()

    def app(request: Request) -> bytes:
        return answer("10.0.80.4") if lost.is_set() else layer_4(request)

    metrics, port = free_port(), free_port()
    scrape = {"job_name": "realip", "scrape_interval": "1s", "scrape_timeout": "1s"}
    configuration = {
        "global": {"evaluation_interval": "1s"},
        "rule_files": [str(EXAMPLES / "alerts.yaml")],
        "scrape_configs": [{**scrape, "static_configs": [{"targets": [f"127.0.0.1:{metrics}"]}]}],
    }
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    with serving(app) as server:
        watch: list[str | Path] = [
            sys.executable, "-m", "realip", "watch", "--url", server.url, "--reads", "socket", "--expect", "127.0.0.1",
            "--every", "1", "--probes", "4", "--listen", f"127.0.0.1:{metrics}",
        ]  # fmt: skip
        prometheus: list[str | Path] = [
            locate("prometheus"), f"--config.file={tmp_path / 'prometheus.yml'}", f"--storage.tsdb.path={tmp_path / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn",
        ]  # fmt: skip
        with _running(("watch", watch), ("prometheus", prometheus), folder=tmp_path):

            def asked(path: str, **query: str) -> Any:
                try:
                    return httpx.get(f"http://127.0.0.1:{port}/api/v1/{path}", params=query, trust_env=False).json()[
                        "data"
                    ]
                except httpx.TransportError:
                    return {}

            def preserved() -> bool:
                found = asked("query", query='realip_verdict{verdict="preserved"}').get("result", [])
                return [one["value"][1] for one in found] == ["1"]

            def alerts() -> set[str]:
                return {
                    one["labels"]["alertname"] for one in asked("alerts").get("alerts", []) if one["state"] == "firing"
                }

            wait_for("a scrape", preserved, SECONDS)
            assert alerts() == set()
            lost.set()
            wait_for("the alert", lambda: "ClientAddressLost" in alerts(), SECONDS)
            assert alerts() == {"ClientAddressLost"}
            lost.clear()
            wait_for("the alert to end", lambda: not alerts(), SECONDS)
