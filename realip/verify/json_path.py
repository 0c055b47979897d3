"""The path to a value in a JSON answer: `client.ip`, `hops[0].address`, `headers["X-Forwarded-For"]`."""

import re
from dataclasses import dataclass

from realip.errors import InputError

__all__ = ["JsonPath"]

_STEP = re.compile(
    r"""\.?(?P<name>[^.\[\]"']+)|\[(?P<index>-?[0-9]{1,6})\]|\[(?P<quote>["'])(?P<key>.*?)(?P=quote)\]"""
)


@dataclass(frozen=True)
class JsonPath:
    """Steps into a JSON document: a text is a key of an object, a number an index of an array."""

    steps: tuple[str | int, ...]

    @classmethod
    def parse(cls, text: str, option: str = "--json-path") -> "JsonPath":
        """A path out of text, with or without the leading `$`. Raises InputError."""
        steps: list[str | int] = []
        at = 1 if text.startswith("$") else 0
        while at < len(text):
            step = _STEP.match(text, at)
            if step is None:
                raise InputError(
                    f"{option} {text!r}: cannot read {text[at:]!r}; "
                    'write keys and indexes as in client.ip, hops[0].address or headers["X-Forwarded-For"]'
                )
            steps.append(int(step["index"]) if step["index"] else step["name"] or step["key"])
            at = step.end()
        if not steps:
            raise InputError(f"{option} {text!r}: names no value; write it as client.ip")
        return cls(tuple(steps))

    def find(self, document: object) -> object:
        """The value at the path, None where the document has none."""
        for step in self.steps:
            if isinstance(step, str) and isinstance(document, dict):
                document = document.get(step)
            elif isinstance(step, int) and isinstance(document, list) and -len(document) <= step < len(document):
                document = document[step]
            else:
                return None
        return document
