"""Text of somebody else's in a message: characters that can be seen stay, the others are written out; of a secret nothing stays."""

import json

__all__ = ["SECRET", "as_json", "escaped"]

SECRET = "[secret]"  # noqa: S105 - what is shown in place of one


def escaped(text: str, keep: str = "") -> str:
    r"""The text without a character that moves the cursor, turns the direction of writing, or cannot be seen: `\u202e` instead.

    A letter of any script stays; a stream whose encoding has not got it writes it the same way (`realip.streams`).
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in keep else json.dumps(character)[1:-1] for character in text
    )


def as_json(value: object) -> str:
    """A value as JSON has it, in the letters of its own script; what JSON lacks is text."""
    return escaped(json.dumps(value, ensure_ascii=False, default=str))
