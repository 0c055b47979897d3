"""Arguments of components: what is wrong with them, all of it at once, each problem with its path.

A `Shape` reads the TypedDict of some arguments, and so knows their names and kinds; beside it stand a rule for each value, of
`realip.rules`, and one generator for what has to agree. Values that are known only while the program runs are TKE's to judge.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, is_typeddict

import pulumi

from realip.components._held import held
from realip.components._kinds import Kind, kinds_of
from realip.errors import InputError, nearest
from realip.escapes import as_json
from realip.problems import (
    HALF_A_CHARACTER,
    KEY_IS_NO_TEXT,
    LISTED_TWICE,
    MISSING,
    MUST_BE,
    MUST_BE_THERE,
    Problem,
    is_text_or_number,
    text_or_number,
    too_many,
    under_unknown_key,
    unquoted,
)

__all__ = [
    "AS_TEXT",
    "A_RESOURCE",
    "KNOWN_TOO_LATE",
    "ArgumentError",
    "Arguments",
    "Entries",
    "Items",
    "Known",
    "Shape",
    "TextOrNumber",
    "as_integer",
    "is_later",
    "kept_later",
    "place",
    "raise_all",
    "shown",
    "unknown_argument",
]


class ArgumentError(InputError, pulumi.RunError):
    """Arguments that a component cannot use, with every problem in them; Pulumi prints it without a traceback."""

    def __init__(self, component: str, problems: Iterable[Problem]) -> None:
        """Tell `problems`, which are at least one, of a component such as `Network 'shop'`."""
        self.component = component
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{component}: {problem}" for problem in self.problems))


@dataclass(frozen=True)
class Arguments:
    """A place in a component's arguments, such as `apps["cart"].workload`; empty for all of them."""

    path: str = ""

    def at(self, argument: str) -> "Arguments":
        """The place of an argument, or of something inside one, such as `taints[0].key`."""
        return Arguments(f"{self.path}.{argument}" if self.path else argument)

    def entry(self, key: int | str) -> "Arguments":
        """The place of an entry of a list or a map."""
        return Arguments(f"{self.path}[{as_json(key)}]")

    def refuse(self, argument: str, value: object, message: str) -> Problem:
        """The problem with an argument: its value, what is wrong and what to do."""
        return Problem(self.at(argument).path, shown(value), message)

    def refuse_entry(self, key: int | str, value: object, message: str) -> Problem:
        """The problem with an entry of the list or map at this place."""
        return Problem(self.entry(key).path, shown(value), message)

    def lacks(self, argument: str, message: str) -> Problem:
        """The problem with an argument that is not there, or has no value that could be shown."""
        return Problem(self.at(argument).path, MISSING, message)


class Known(dict[str, Any]):
    """Arguments without those that are wrong by themselves; a value may still be an output, which is for TKE to judge."""

    def __init__(self, said: Iterable[str] = ()) -> None:
        """Start with no value; `said` is what has one, right or wrong."""
        super().__init__()
        self.said = frozenset(said)
        self.wrong: set[str] = set()
        """Arguments in which something is told already."""

    def text(self, argument: str) -> str | None:
        """The text of an argument, if it is known."""
        value = self.get(argument)
        return value if isinstance(value, str) else None

    def number(self, argument: str, default: int | None = None) -> int | None:
        """The number of an argument, if it is known; `default` if nothing is said."""
        value = self.get(argument)
        if argument not in self.said:
            return default
        return value if isinstance(value, int) else None

    def entries(self, argument: str) -> list[Any]:
        """The right entries of a list, if it is known."""
        value = self.get(argument)
        return value if isinstance(value, list) else []


Rule = Callable[[Any], object]


@dataclass(frozen=True)
class Items:
    """A list whose entries keep a rule."""

    rule: "Rule | Shape | None" = None
    at_least_one: str = ""
    """The word for an entry, such as `subnet`, where there has to be one."""
    most: int | None = None
    unique: bool = False


@dataclass(frozen=True)
class Entries:
    """A map whose keys and values keep a rule each."""

    key: Rule | None = None
    value: "Rule | Shape | None" = None
    at_least_one: str = ""
    """The word for an entry, such as `label`, where there has to be one."""
    most: int | None = None


@dataclass(frozen=True)
class TextOrNumber:
    """A value that is text in other languages, and here may be a number too, or the other way round."""

    text: Rule
    number: Rule
    wanted: str
    """The remedy for a value that is neither, such as `a number of pods`."""

    def keep(self, value: object) -> object:
        """A value as the rule for its kind makes it; ValueError for one that keeps none."""
        if not is_text_or_number(value):
            raise ValueError(text_or_number(self.wanted))
        return self.text(value) if isinstance(value, str) else self.number(value)


Rules = Mapping[str, "Rule | Items | Entries | TextOrNumber | Shape"]
Together = Callable[[Arguments, Known], Iterator[Problem]]


def _nothing(_: Arguments, __: Known) -> Iterator[Problem]:
    return iter(())


@dataclass(frozen=True)
class Shape:
    """The arguments that a TypedDict describes: a rule for each that has one, and what has to agree."""

    args: type
    rules: Rules
    together: Together = _nothing
    """Problems of values that are right by themselves."""
    on_update: Together = _nothing
    """Problems that a preview may show and an update may not have."""
    kinds: Mapping[str, Kind] = field(init=False)

    def __post_init__(self) -> None:
        """Read the TypedDict once."""
        object.__setattr__(self, "kinds", kinds_of(self.args))
        if strange := self.rules.keys() - self.kinds.keys():
            raise TypeError(f"{self.args.__name__} has no {', '.join(sorted(strange))}")
        for name, kind in self.kinds.items():
            rule: object = self.rules.get(name)
            rule = rule.rule if isinstance(rule, Items) else rule.value if isinstance(rule, Entries) else rule
            if is_typeddict((kind.element or kind).base) and not isinstance(rule, Shape):
                raise TypeError(f"{self.args.__name__}.{name} is a TypedDict without a Shape")

    def problems(self, args: object) -> list[Problem]:
        """Everything that is wrong with arguments, whatever they are."""
        return self._looked_at(args).problems

    def refusals(self, args: object) -> list[Problem]:
        """Problems that a preview may show and an update may not have."""
        return list(self.on_update(Arguments(), self._looked_at(args).known))

    def _looked_at(self, args: object) -> "_Look":
        look = _Look()
        found = look.shape(args, self, Arguments())
        if isinstance(found, Known):
            look.known = found
        return look


KNOWN_TOO_LATE = "is an output, and has to be known now; write it out"
_WRONG = object()
"""Stands for a value that is told already."""


class _Look:
    """One look at arguments, which collects every problem."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.known = Known()

    def _tell(self, at: Arguments, value: object, message: str) -> object:
        self.problems.append(Problem(at.path or "args", shown(value), message))
        return _WRONG

    def shape(self, given: object, shape: Shape, at: Arguments) -> object:
        """Arguments as their TypedDict has them."""
        if is_later(given):
            return self._tell(at, MISSING, f"is an output, and what is in it is read now; write {{...}} {_INSIDE}")
        if not isinstance(given, Mapping):
            return self._tell(at, given, MUST_BE["map"])
        known = Known(key for key in given if isinstance(key, str))
        for key, value in given.items():
            if key not in shape.kinds:
                told = under_unknown_key(value) if isinstance(key, str) else key
                self._tell(place(at, key), told, unknown_argument(key, shape.kinds))
        for name, kind in shape.kinds.items():
            if name in given:
                before = len(self.problems)
                found = self._value(given[name], kind, shape.rules.get(name), at.at(name))
                if len(self.problems) > before:
                    known.wrong.add(name)
                if found is not _WRONG:
                    known[name] = found
            elif kind.required:
                self._tell(at.at(name), MISSING, MUST_BE_THERE)
        self._agree(shape.together(at, known))
        return known

    def _agree(self, told: Iterable[Problem]) -> None:
        """Values that do not agree; where an argument is out of place, what it says is no problem of its own."""
        for problem in told:
            inside = (f"{problem.path}.", f"{problem.path}[")
            self.problems = [own for own in self.problems if not f"{own.path}.".startswith(inside)]
            self.problems.append(problem)

    def _value(self, value: object, kind: Kind, rule: object, at: Arguments) -> object:
        """A value of some kind, or `_WRONG` once it is told."""
        if isinstance(value, pulumi.Resource):
            return self._tell(at, MISSING, A_RESOURCE)
        if isinstance(value, pulumi.Asset | pulumi.Archive):
            return self._tell(at, MISSING, f"is an asset; {AS_TEXT}")
        if value is None:
            return None if kind.optional else self._tell(at, MISSING, "is None, which says nothing; " + _or_leave(kind))
        if isinstance(rule, Shape):
            return self.shape(value, rule, at)
        if is_later(value):
            if not kind.later:
                return self._tell(at, MISSING, KNOWN_TOO_LATE)
            return self._later(value, kind, rule, at)
        if kind.base is Sequence:
            return self._list(value, kind, rule if isinstance(rule, Items) else Items(rule), at)  # type: ignore[arg-type]
        if kind.base is Mapping:
            return self._map(value, kind, rule if isinstance(rule, Entries) else Entries(value=rule), at)  # type: ignore[arg-type]
        return self._scalar(value, kind, rule, at)

    def _later(self, value: Any, kind: Kind, rule: object, at: Arguments) -> object:
        """An output: what it holds already may be a secret, and is looked at for its kind alone."""
        found = held(value) if isinstance(value, pulumi.Output) else None
        if found is None:
            return value
        look = _Look()
        look._value(found.value, kind, rule if isinstance(rule, TextOrNumber) else None, at)
        self.problems += [replace(problem, value=MISSING) for problem in look.problems]
        return _WRONG if look.problems else value

    def _list(self, value: object, kind: Kind, rule: Items, at: Arguments) -> object:
        if not isinstance(value, Sequence) or isinstance(value, str | bytes | bytearray):
            return self._tell(at, value, MUST_BE["list"])
        if rule.at_least_one and not value:
            return self._tell(at, value, f"is empty; give at least one {rule.at_least_one}")
        if rule.most is not None and len(value) > rule.most:
            return self._tell(at, value, too_many(rule.most))
        found: list[Any] = []
        for index, item in enumerate(value):
            seen = self._value(item, kind.inner, rule.rule, at.entry(index))
            if seen is not _WRONG and rule.unique and isinstance(seen, str) and seen in found:
                seen = self._tell(at.entry(index), item, LISTED_TWICE)
            if isinstance(rule.rule, Shape) and seen is _WRONG:
                seen = Known(rule.rule.kinds)  # keeps its place, with nothing left to say about it
                seen.wrong.update(rule.rule.kinds)
            if seen is not _WRONG:
                found.append(seen)
        return found

    def _map(self, value: object, kind: Kind, rule: Entries, at: Arguments) -> object:
        if not isinstance(value, Mapping):
            return self._tell(at, value, MUST_BE["map"])
        if rule.at_least_one and not value:
            return self._tell(at, value, f"is empty; give at least one {rule.at_least_one}")
        if rule.most is not None and len(value) > rule.most:
            return self._tell(at, value, f"has too many entries; give at most {rule.most}")
        found: dict[str, Any] = {}
        for key, item in value.items():
            if not isinstance(key, str):
                self._tell(at, key, KEY_IS_NO_TEXT)
                continue
            right_key = self._scalar(key, _TEXT, rule.key, at.entry(_readable(key)))
            seen = self._value(item, kind.inner, rule.value, at.entry(_readable(key)))
            if right_key is not _WRONG and seen is not _WRONG:
                found[key] = seen
        return found

    def _scalar(self, value: object, kind: Kind, rule: object, at: Arguments) -> object:
        if isinstance(rule, TextOrNumber):
            return self._text_or_number(value, rule, at)
        number = _number(value)
        if kind.base is str:
            if not isinstance(value, str):
                return self._tell(at, value, MUST_BE["text"])
            if _readable(value) != value:
                return self._tell(at, value, HALF_A_CHARACTER)
        elif kind.base is int:
            if number is None:
                return self._tell(at, value, MUST_BE["whole number"] + unquoted(value))
            value = number
        elif kind.base is bool and not isinstance(value, bool):
            return self._tell(at, value, MUST_BE["bool"])
        elif kind.members and value not in kind.members:
            return self._tell(at, value, f"is not one of {', '.join(kind.members)}")
        if callable(rule):
            try:
                rule(value)
            except ValueError as error:
                return self._tell(at, value, str(error))
        return value

    def _text_or_number(self, value: object, rule: TextOrNumber, at: Arguments) -> object:
        if isinstance(value, str) and _readable(value) != value:
            return self._tell(at, value, HALF_A_CHARACTER)
        number = _number(value)
        known = value if number is None else number
        try:
            rule.keep(known)
        except ValueError as error:
            return self._tell(at, value, f"{error}{unquoted(value)}")
        return known


A_RESOURCE = "is a resource; give one of its outputs, such as its id"
AS_TEXT = "read the file in your program, and give its contents as text"
_TEXT = Kind(str)
_INSIDE = "with outputs as the values inside"


def is_later(value: object) -> bool:
    """A value is known only while the program runs."""
    return isinstance(value, pulumi.Output) or inspect.isawaitable(value)


def _or_leave(kind: Kind) -> str:
    return "give it a value" if kind.required else "give it a value, or leave the key out for what holds without"


def _number(value: object) -> int | None:
    """The whole number that a value is: other languages hand over 80.0 for 80."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not value.is_integer():
        return None
    return int(value)


def place(at: Arguments, key: object) -> Arguments:
    """The place of a key that nobody knows, on one line whatever it is."""
    plain = isinstance(key, str) and key.isascii() and key.isidentifier()
    return at.at(str(key)) if plain else at.entry(_readable(str(shown(key))))


def unknown_argument(key: object, known: Iterable[str]) -> str:
    """The advice on a key that is not known; settings and other languages spell it in camelCase."""
    if not isinstance(key, str):
        return "is no argument's name; write names as text"
    known = list(known)
    snake = (
        "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key).lstrip("_").replace("-", "_")
    )
    for near in (snake, *(name for name in known if name.startswith(f"{snake}_"))):
        if near in known:
            return f"is not a known argument; did you mean {near}?"
    return f"is not a known argument; {nearest(snake, known)}" if known else "is not a known argument; there is none"


def _readable(text: str) -> str:
    """Text that every encoding can carry."""
    return text.encode(errors="backslashreplace").decode()


_DEEPEST = 4


def shown(value: object, depth: int = 0) -> object:
    """A value as JSON has it, for a message: never what an output holds, never without end."""
    if value is None or value is MISSING or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _readable(str(value))
    if isinstance(value, int | float):
        return value if isinstance(value, float) or abs(value) < 2**63 else f"{value:#x}"
    if depth < _DEEPEST and not is_later(value):
        if isinstance(value, Mapping):
            return {str(shown(key, _DEEPEST)): shown(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [shown(item, depth + 1) for item in value]
    return f"<{type(value).__name__}>"


def kept_later(
    value: "pulumi.Input[Any]", rule: Callable[[Any], object], component: str, at: Arguments
) -> "pulumi.Output[Any]":
    """A value as a rule makes it once it is known; ArgumentError with the place, and not the value, which may be a secret."""

    def keep(known: Any) -> object:
        try:
            return rule(known)
        except ValueError as error:
            raise ArgumentError(component, [Problem(at.path, MISSING, str(error))]) from None

    return pulumi.Output.from_input(value).apply(keep)


def raise_all(component: str, problems: Iterable[Problem]) -> None:
    """Raise every problem of a component's arguments as one ArgumentError, if there is any."""
    if told := tuple(problems):
        raise ArgumentError(component, told)


def as_integer(value: "pulumi.Input[int]") -> "pulumi.Input[int]":
    """The integer that a number stands for: other languages hand over 80.0 for 80."""
    if isinstance(value, int | float):
        return int(value)
    return pulumi.Output.all(value).apply(lambda values: int(values[0]))
