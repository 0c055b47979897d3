"""The questions to a person at a terminal, each choice with the sentence that helps to make it."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from realip.errors import InputError
from realip.escapes import escaped
from realip.init.answers import OPTIONS, Language, complete, problems
from realip.init.project import scenario_title
from realip.messages import Say
from realip.scenarios import NetworkMode, NodeType, Scenario, offered
from realip.settings.sections.app import AppSettings
from realip.terminal import Span, Table, cell, print_page

__all__ = ["ask", "can_ask"]


class _Choice(NamedTuple):
    """One of the answers that a question offers."""

    value: Any
    label: str
    """How a person names it; a number does too."""
    sentence: str


def can_ask() -> bool:
    """A person is there: reads the questions, and types the answers."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def ask(given: Mapping[str, Any], folder_name: str, say: Say) -> dict[str, Any]:
    """The answers that were given, and those to the questions that are left. InputError where answers end too early."""
    found = {name: value for name, value in given.items() if value is not None}
    person = _Person(found, folder_name, say)
    _tell([Span(say("init_begin"), "title")], [Span(say("init_how"), "aside")])
    if "language" not in found:
        person.choose("language", say("init_ask_language"), [_language(each, say) for each in Language])
    if "cluster" not in found:
        person.write("cluster", say("init_ask_cluster"), say("init_new_cluster"))
    if "scenario" not in found:
        found["scenario"] = _scenario(person, say)
        _tell([], [Span("→ ", "guide"), Span(scenario_title(found["scenario"], say), "decisive")])
    _app(person, found, say)
    person.write("region", say("init_ask_region"))
    if "cluster" not in found:
        person.write("zones", say("init_ask_zones"), several=True)
        person.write("admin_cidrs", say("init_ask_admin_cidrs"), say("init_nobody_yet"), several=True)
    nobody = "" if found.get("admin_cidrs") else say("init_nobody_outside")
    person.write("client_cidrs", say("init_ask_client_cidrs"), nobody, several=True)
    person.write("name", say("init_ask_name"))
    return found


def _language(language: Language, say: Say) -> _Choice:
    return _Choice(language, language.value, say(f"init_language_{language.value}"))


def _scenario(person: "_Person", say: Say) -> str:
    """The guide's questions, one after another, as far as there is something to choose."""
    modes = [_Choice(each, say(f"mode_{each.value}"), say(f"init_mode_{each.value}")) for each in NetworkMode]
    mode = person.pick(say("scenarios_ask_mode"), modes)
    kinds = [_Choice(each, say(f"nodes_{each.value}"), say(f"init_nodes_{each.value}")) for each in NodeType]
    kind = person.pick(say("scenarios_ask_nodes"), kinds)
    left = offered(mode, kind)
    connections = [
        _Choice(each, say(f"connection_{each.value}"), say(f"init_connection_{each.value}")) for each in left
    ]
    connection = person.pick(say("scenarios_ask_connection"), connections)
    layers = [
        _Choice(row, str(row.choices.layer.value), say(f"init_layer_{row.choices.layer.value}"))
        for row in left[connection]
    ]
    row: Scenario = person.pick(say("scenarios_ask_layer"), layers)
    return row.slug


def _app(person: "_Person", found: Mapping[str, Any], say: Say) -> None:
    kind = "running" if "selector" in found else "image" if "image" in found else None
    if kind is None:
        choices = [
            _Choice(each, say(f"init_choice_{each}"), say(f"init_app_{each}")) for each in ("echo", "image", "running")
        ]
        kind = person.pick(say("init_ask_app"), choices)
    if kind == "image":
        person.write("image", say("init_ask_image"), required=True)
    if kind == "running":
        person.write("selector", say("init_ask_selector"), several=True, required=True)
        person.write("namespace", say("init_ask_namespace"))
    if kind != "echo":
        person.write("port", say("init_ask_port"), str(AppSettings().port))


class _Person:
    """Whoever sits at the terminal; what was answered goes into `found`."""

    def __init__(self, found: dict[str, Any], folder_name: str, say: Say) -> None:
        self._found = found
        self._folder_name = folder_name
        self._say = say

    def choose(self, name: str, question: str, choices: Sequence[_Choice]) -> None:
        """Have one of several answers picked, unless it was given."""
        if name not in self._found:
            self._found[name] = self.pick(question, choices)

    def pick(self, question: str, choices: Sequence[_Choice]) -> Any:
        """One of several answers, the first one where nothing is typed; an only one is not asked for."""
        if len(choices) == 1:
            return choices[0].value
        rows = [
            [cell(str(number), "name"), cell(choice.label, "kind"), cell(choice.sentence)]
            for number, choice in enumerate(choices, start=1)
        ]
        _tell([], [Span(question, "title")], Table(("", self._say("init_choice"), self._say("init_meaning")), rows))
        known = {str(number): choice for number, choice in enumerate(choices, start=1)}
        # What options and stack files say is understood too, whatever the language.
        known |= {name.casefold(): choice for choice in choices for name in (choice.label, str(choice.value))}
        known[""] = choices[0]
        while True:
            typed = self._line(self._say("init_pick", default="1"))
            if chosen := known.get(typed.casefold()):
                return chosen.value
            names = ", ".join(choice.label for choice in choices)
            _tell([Span(self._say("init_none_of", typed=escaped(typed), names=names), "warning")])

    def write(
        self, name: str, question: str, default: str = "", *, several: bool = False, required: bool = False
    ) -> None:
        """Have an answer typed, unless it was given; what is wrong with it is told, and it is asked for again."""
        if name in self._found:
            return
        default = default or self._assumed(name)
        _tell([], [Span(question, "title")])
        while True:
            typed = self._line(self._say("init_type", default=default) if default else "> ")
            if typed or required:
                self._found[name] = tuple(typed.replace(",", " ").split()) if several else typed
            wrong = problems(complete(self._found, self._folder_name)).get(name)
            if not wrong:
                return
            self._found.pop(name, None)
            _tell(*([Span(each.removeprefix(OPTIONS[name]).removeprefix(":").lstrip(), "warning")] for each in wrong))

    def _assumed(self, name: str) -> str:
        value = getattr(complete(self._found, self._folder_name), name)
        return ", ".join(value) if isinstance(value, tuple) else value or ""

    def _line(self, prompt: str) -> str:
        """The line that is typed behind a prompt, without blanks around it."""
        try:
            sys.stderr.write(prompt)
            sys.stderr.flush()
            typed = sys.stdin.readline()
        except KeyboardInterrupt:
            _tell([], [Span(self._say("init_left"), "aside")])
            raise
        except UnicodeDecodeError:
            raise InputError("what was typed is no text in the terminal's encoding; nothing was written") from None
        if not typed:
            sys.stderr.write("\n")
            raise InputError(
                "the input ended before everything was answered, and nothing was written; answer every question, or "
                "take what is assumed with --yes"
            )
        return typed.strip()


def _tell(*page: "Iterable[Span] | Table") -> None:
    print_page([part if isinstance(part, Table) else list(part) for part in page], sys.stderr)
