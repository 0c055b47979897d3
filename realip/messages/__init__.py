"""The words that a person reads in a report, in English and in Chinese: messages are codes with values until they are said.

Each language has one catalogue with the same codes and the same places for values. JSON, and complaints about input, are
English whatever the language, so that programs and searches find them.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import argparse

__all__ = [
    "ENGLISH",
    "Language",
    "Message",
    "Say",
    "Speaker",
    "add_language",
    "catalogue",
    "english",
    "language",
    "message",
    "speaker",
]

_AREAS = ("scenarios", "offline", "verify", "report", "audit", "rules", "init")
"""The modules of a language, each a part of its catalogue."""
_PHRASES = {"the whole answer": "whole_answer"}
"""Values that are words of ours, as programs read them."""
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where POSIX has a program find its language, the first that is set."""


class Language(StrEnum):
    """A language that reports are written in."""

    ENGLISH = "en"
    CHINESE = "zh"


@dataclass(frozen=True)
class Message:
    """A message: a code of the catalogue, and values for its places, which may be messages themselves."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __hash__(self) -> int:
        """By what it says."""
        return hash((self.code, str(self.values)))


class Say(Protocol):
    """Says a message's code with its values."""

    def __call__(self, code: str, /, **values: Any) -> str:
        """The words."""


class Speaker:
    """Says messages in one language."""

    def __init__(self, language: Language) -> None:
        """`language` is that of everything that is said."""
        self.language = language

    def __call__(self, code: str, /, **values: Any) -> str:
        """The words of a code with its values."""
        said = {name: self.value(value) for name, value in values.items()}
        return catalogue(self.language)[code].format(**said)

    def say(self, message: Message) -> str:
        """The words of a message."""
        return self(message.code, **message.values)

    def value(self, value: Any) -> Any:
        """A message's value in words, where it is a message or a phrase of ours; else as it is."""
        if isinstance(value, Message):
            return self.say(value)
        phrase = _PHRASES.get(value) if isinstance(value, str) else None
        return self(phrase) if phrase else value


ENGLISH = Speaker(Language.ENGLISH)


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Everything that can be said in a language, by code. A code that two areas have is our own mistake."""
    package = f"{__name__}.{language.value}"
    words: dict[str, str] = {}
    for area in _AREAS:
        found: Mapping[str, str] = import_module(f"{package}.{area}").MESSAGES
        if twice := words.keys() & found.keys():
            raise ValueError(f"{package}: {sorted(twice)} stand twice")
        words |= found
    return words


def message(code: str, /, **values: Any) -> Message:
    """A message of the catalogue; a code that is not there is our own mistake."""
    if code not in catalogue(Language.ENGLISH):
        raise KeyError(code)
    return Message(code, values)


def english(what: Message) -> str:
    """The message in English."""
    return ENGLISH.say(what)


def language(asked: str | None = None, encoding: str | None = None) -> Language:
    """The language that is asked for, else that of the environment, where the output's encoding can write it."""
    if asked is not None:
        return Language(asked)
    named = next((value for name in _VARIABLES if (value := os.environ.get(name))), "")
    if named.lower().startswith(Language.CHINESE.value) and _writes_chinese(encoding):
        return Language.CHINESE
    return Language.ENGLISH


def add_language(parser: "argparse.ArgumentParser | argparse._ArgumentGroup") -> None:
    """Let a command line say the language of its report."""
    parser.add_argument(
        "--lang",
        choices=[each.value for each in Language],
        help="language of the report for people (default: the locale's)",
    )


def _writes_chinese(encoding: str | None) -> bool:
    try:
        "中文".encode(encoding or "utf-8")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def speaker(asked: str | None = None, encoding: str | None = None) -> Speaker:
    """Who speaks the language that is asked for, else that of the environment."""
    return Speaker(language(asked, encoding))
