"""The rules that tags of Tencent Cloud's resources keep (Tag 651/13354). Plain functions that raise ValueError."""

__all__ = ["MAX_TAGS", "tag_key", "tag_value"]

MAX_TAGS = 50
"""Tags of one resource."""
_RESERVED = ("qcs:", "qcloud", "tencent", "project", "项目")
"""How keys start that Tencent Cloud keeps for itself (Tag 33015, ReservedTagKey)."""
_CHARACTERS = frozenset(" +-=._:/@()[],;><【】\uff0b\uff0d\uff1d\uff0f\uff20\uff08\uff09\uff1a")
"""Characters of keys and values besides letters and digits; the last ones are full-width."""


def tag_key(value: str) -> str:
    """A tag's key, 1 to 127 characters."""
    if reserved := next((start for start in _RESERVED if value.lower().startswith(start)), None):
        raise ValueError(
            f"is a key that starts with {reserved}, which Tencent Cloud keeps for tags of its own; use another key"
        )
    return _text(value, "tag key", 127)


def tag_value(value: str) -> str:
    """A tag's value, 1 to 255 characters."""
    return _text(value, "tag value", 255)


def _text(value: str, what: str, most: int) -> str:
    if not 0 < len(value) <= most or value != value.strip():
        raise ValueError(f"is not a {what}; use 1 to {most} characters, without a blank at either end")
    if strange := next((one for one in value if not one.isalnum() and one not in _CHARACTERS), None):
        raise ValueError(
            f"is not a {what}: it has {strange!r}; use letters, digits, blanks and + - = . _ : / @ ( ) [ ] , ; > <"
        )
    return value
