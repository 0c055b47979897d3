"""Other people's text in messages: it stays text, and can neither hide what follows nor move the cursor."""

import io
import sys
from typing import Any

import pytest

from realip import SettingsError, parse_settings, streams
from realip.errors import nearest
from realip.escapes import as_json, escaped
from realip.problems import Problem, path_of


@pytest.mark.parametrize("text", ["团队", "équipe", "команда", "فريق", "🚀", "10.0.0.0/16", "a 'b' \\ c"])
def test_letters_of_any_script_stay(text: str) -> None:
    assert escaped(text) == text


@pytest.mark.parametrize(
    "code",
    [0x00, 0x07, 0x1B, 0x7F, 0x85, 0x9B, 0xAD, 0x200B, 0x200E, 0x202E, 0x2028, 0x2066, 0xFEFF, 0xE000, 0xD800, 0xE0041],
)
def test_what_cannot_be_seen_or_turns_the_line_is_written_out(code: int) -> None:
    shown = str(Problem(path_of(("tags", f"a{chr(code)}b")), f"a{chr(code)}b", "is odd"))
    assert chr(code) not in shown
    assert shown.isascii()
    assert shown.count("\\u") >= 2


def test_a_wrong_value_is_shown_in_its_own_script() -> None:
    with pytest.raises(SettingsError, match=r'app\.image = "团队/镜像": is not an image') as raised:
        parse_settings(
            {"access": {"adminCidrs": ["198.18.0.0/24"]}, "app": {"image": "团队/镜像"}, "tags": {"负责人": 3}}
        )
    assert 'tags["负责人"] = 3' in str(raised.value)


def _complained(encoding: str, words: str, monkeypatch: pytest.MonkeyPatch) -> str:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(raw, encoding=encoding))
    streams.prepare()
    streams.complain(words)
    return raw.getvalue().decode(encoding)


def test_a_terminal_gets_what_its_encoding_has(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "团队\x1b[2J\u202ecod"
    assert _complained("utf-8", words, monkeypatch) == "realip: 团队\\u001b[2J\\u202ecod\n"
    assert _complained("gb18030", words, monkeypatch) == "realip: 团队\\u001b[2J\\u202ecod\n"
    assert _complained("ascii", words, monkeypatch) == "realip: \\u56e2\\u961f\\u001b[2J\\u202ecod\n"


def test_lines_of_a_message_stay_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _complained("utf-8", "one\n  two", monkeypatch) == "realip: one\n  two\n"


def test_what_json_lacks_is_text() -> None:
    assert as_json({"a": complex(1, 2), "é": None}) == '{"a": "(1+2j)", "é": null}'


NAMES = [
    "cpuLimit",
    "cpuRequest",
    "drainSeconds",
    "image",
    "memoryLimit",
    "namespace",
    "port",
    "replicas",
    "servicePort",
    "timeoutSeconds",
]


@pytest.mark.parametrize(
    ("word", "meant"),
    [("prot", "port"), ("pert", "port"), ("service_port", "servicePort"), ("replica", "replicas"), ("Image", "image"), ("memory", "memoryLimit"),
     ("timeout", "timeoutSeconds"), ("seconds-drain", "drainSeconds"), ("cpuRequests", "cpuRequest")],
)  # fmt: skip
def test_a_guess_is_made_where_a_word_is_near(word: str, meant: str) -> None:
    assert nearest(word, NAMES) == f"did you mean {meant}?"


@pytest.mark.parametrize(
    "word", ["imagePullSecrets", "pullSecret", "dataDisks", "names", "limits", "environment", "probe", "", "команда"]
)
def test_no_guess_is_made_where_none_is_near(word: str) -> None:
    assert nearest(word, NAMES) == f"known are {', '.join(NAMES)}"


def test_a_guess_among_nothing_is_none(capsys: Any) -> None:
    assert nearest("a", []) == "known are "
