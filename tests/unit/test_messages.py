"""Whatever is said in one language is said in the other, with the same facts, and everything that code says is there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from realip.messages import ENGLISH, Language, Message, Speaker, catalogue, language, message
from realip.scenarios import SCENARIOS

ROOT = Path(__file__).resolve().parents[2]
CHINESE = Speaker(Language.CHINESE)
CODES = sorted(catalogue(Language.ENGLISH))
NAMES = {
    "label_X-Forwarded-For",
    "preview_stack",
    "choices",
    "mode_GlobalRouter",
    "scenarios_stack",
    "page_stack",
    "where_proxy_protocol_v1",
    "where_proxy_protocol_v2",
}


KUBERNETES = {
    "type: ",
    "Namespace",
    "Deployment",
    "PodDisruptionBudget",
    "HorizontalPodAutoscaler",
    "Secret",
    "Service",
    "TkeServiceConfig",
    "Ingress",
    ", kubeconfig ",
}
"""What is written so in manifests, whatever the language."""


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_codes() -> None:
    assert set(catalogue(Language.CHINESE)) == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_message_has_the_same_places_in_both_languages(code: str) -> None:
    english, chinese = catalogue(Language.ENGLISH)[code], catalogue(Language.CHINESE)[code]
    assert places(english) == places(chinese)
    assert "" not in places(english)
    # Only names, and nothing but a value or a mark, are the same in Chinese.
    assert (
        re.search("[\u4e00-\u9fff]", chinese)
        or not re.search("[a-z]{4}", re.sub("{[a-z]+}", "", english))
        or code in NAMES
    )
    assert not re.search("[\u4e00-\u9fff]", english)
    # What a user types is the same in every language.
    assert set(re.findall(r"--[a-z-]+", english)) == set(re.findall(r"--[a-z-]+", chinese))


def _said() -> Iterator[tuple[str, str]]:
    """Codes that the library's code says, with the place; the fixed start of those that are put together."""
    for path in sorted((ROOT / "realip").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name not in {"message", "say", "Message", "ENGLISH"}:
                continue
            code = node.args[0]
            for part in (code.body, code.orelse) if isinstance(code, ast.IfExp) else (code,):
                start = part.values[0] if isinstance(part, ast.JoinedStr) else part
                if isinstance(start, ast.Constant) and isinstance(start.value, str):
                    yield start.value, f"{path.name}:{node.lineno}"


def test_everything_that_is_said_is_in_the_catalogue() -> None:
    lacking = {code: place for code, place in _said() if not any(each.startswith(code) for each in CODES)}
    assert lacking == {}


def test_nothing_in_the_catalogue_is_said_nowhere() -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "realip").rglob("*.py"))
        if path.parent.name not in {"en", "zh"}
    )
    starts = tuple({code for code, _ in _said() if code.endswith("_")} | {"number_"})
    assert [
        code
        for code in CODES
        if f'"{code}"' not in source and f"'{code}'" not in source and not code.startswith(starts)
    ] == []


def test_no_visible_sentence_stands_outside_the_catalogue() -> None:
    shown = []
    for path in sorted((ROOT / "realip").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id not in {"Span", "cell", "_text", "Summary"}:
                continue
            for argument in node.args[: 2 if node.func.id == "Summary" else 1]:
                pieces = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
                texts = [piece.value for piece in pieces if isinstance(piece, ast.Constant)]
                shown += [(path.name, text) for text in texts if re.search("[A-Za-z]{3}", str(text))]
    assert {text for _, text in shown} <= KUBERNETES


def test_a_message_inside_a_message_is_said_in_the_same_language() -> None:
    inner = message("connection_refused")
    outer = message("node_port_closed", problem=inner)
    assert ENGLISH.say(outer) == "closed from here, as it has to be (connection refused)"
    assert CHINESE.say(outer) == "从这里无法访问，理应如此（连接被拒绝）"
    assert hash(outer) == hash(Message("node_port_closed", {"problem": inner}))


def test_a_code_that_is_not_there_is_told_at_once() -> None:
    with pytest.raises(KeyError):
        message("no_such_message")


@pytest.mark.parametrize("row", SCENARIOS, ids=lambda row: row.slug)
def test_every_scenario_has_its_title_in_both_languages(row: object) -> None:
    (scenario,) = [each for each in SCENARIOS if each is row]
    said = {
        speak.language: speak(
            f"title_{scenario.exposure.value}",
            mode=speak(f"mode_{scenario.network_mode.value}"),
            nodes=speak(f"nodes_{scenario.choices.node_type.value}"),
        )
        for speak in (ENGLISH, CHINESE)
    }
    assert said[Language.ENGLISH] == scenario.title
    assert scenario.network_mode.value in said[Language.CHINESE]


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
        ({"LANG": "POSIX"}, "en"),
    ],
)
def test_the_language_is_the_locales(environment: dict[str, str], found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language(None, "utf-8") == found
    assert (language("en", "utf-8"), language("zh", "utf-8")) == ("en", "zh")


def test_a_stream_that_cannot_write_chinese_gets_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert language(None, "ascii") == "en"
    assert language(None, "gbk") == "zh"
    assert language(None, "no such encoding") == "en"
