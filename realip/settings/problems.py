"""Problems of a stack file: all of them in one error, pydantic's own in the words of this project."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from realip.errors import InputError, nearest
from realip.problems import MISSING, MUST_BE, MUST_BE_THERE, Problem, path_of, too_many, under_unknown_key, unquoted

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["SettingsError", "model_in", "problem_from"]


class SettingsError(InputError):
    """A stack file that cannot be used, with every problem in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Tell `problems`, which are at least one."""
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__("\n".join([f"{count} in the settings:", *(f"  {problem}" for problem in self.problems)]))


def problem_from(error: "ErrorDetails", model: type[BaseModel]) -> Problem:
    """The problem that one of pydantic's errors on `model` stands for."""
    location = error["loc"]
    path = path_of(location)
    value: object = MISSING if error["type"] == "missing" else error["input"]
    if error["type"] == "extra_forbidden":
        value = under_unknown_key(value)
    return Problem(path, value, _message(error, model))


_KINDS = {
    "string_type": MUST_BE["text"],
    "bool_type": MUST_BE["bool"],
    "tuple_type": MUST_BE["list"],
    "dict_type": MUST_BE["map"],
    "model_type": MUST_BE["map"],
    "string_too_short": "is empty; give it a value, or remove the key",
}


def _message(error: "ErrorDetails", model: type[BaseModel]) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            *parents, key = error["loc"]
            section = str(key).partition(".")[0]
            if section != key and section in _keys_at(model, parents):
                return f"is not a known setting; write it into the map {section}, or 'pulumi config set --path'"
            return f"is not a known setting; {nearest(str(key), _keys_at(model, parents))}"
        case "missing":
            return MUST_BE_THERE
        case "enum" | "literal_error":
            known = str(context["expected"]).replace("'", "").replace(" or ", ", ")
            if error["input"] in known.split(", "):  # the same but for its quotes
                return f"is not one of {known}{unquoted(error['input'])}"
            guess = nearest(str(error["input"]), known.split(", "))
            return f"is not one of {known}" + (f"; {guess}" if guess.startswith("did") else "; write one of them")
        case "value_error":
            return str(context["error"])
        case "greater_than_equal":
            return f"must be at least {context['ge']}"
        case "less_than_equal":
            return f"must be at most {context['le']}"
        case "too_short":
            return f"has too few entries; give at least {context['min_length']}"
        case "too_long":
            return too_many(context["max_length"])
        case "int_type":
            return f"{MUST_BE['whole number']}{unquoted(error['input'])}"
        case kind:
            return _KINDS.get(kind, error["msg"].lower())


def _keys_at(model: type[BaseModel], parents: Sequence[int | str]) -> list[str]:
    """The names that a stack file may use at that place."""
    for step in parents:
        if isinstance(step, str):
            fields = {field.alias or name: field for name, field in model.model_fields.items()}
            model = model_in(fields[step].annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The settings model inside an annotation such as `tuple[SubnetSettings, ...] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := model_in(part)) is not None), None)
