"""Write what programs say into the documentation, so that it shows what is: `python -m docs.refresh [--check]`.

A marker such as `<!-- preview: STACK -->` stands before a fenced block or a table, which is replaced by what its program
prints now. With `--check` nothing is written, and a page that has fallen behind is an error; a test does that.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel
from pydantic_core import to_json

from realip.settings.models import Settings
from realip.settings.problems import model_in

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "README_zh.md", "docs/verify.md", "docs/offline.md", "docs/lab.md")
_BLOCK = re.compile(
    r"(?P<marker><!-- (?P<kind>[a-z]+)(?:: (?P<of>[^>]+?))? -->\n)(?P<body>```.*?\n```\n|(?:\|[^\n]*\n)*)", re.DOTALL
)


def _realip(*arguments: str) -> str:
    command = [sys.executable, "-m", "realip", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.rstrip("\n")


def _rows(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Key, default and meaning of every setting, sections first to last, lists as `key[]`."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        inner = model_in(field.annotation)
        yield (
            key,
            "" if inner and not prefix else _default(field.get_default(call_default_factory=True)),
            field.description or "",
        )
        if inner is not None:
            many = get_args(field.annotation) and "tuple" in str(field.annotation)
            yield from _rows(inner, f"{key}[]." if many else f"{key}.")


def _default(value: Any) -> str:
    return (
        ""
        if value is None or "Undefined" in type(value).__name__
        else f"`{to_json(value).decode()}`".replace('`"', "`").replace('"`', "`")
    )


def settings_table(language: str) -> str:
    """The table of all settings; a language other than English has its sentences beside this file, key by key."""
    titles = {"en": ("key", "default", "meaning"), "zh": ("键", "默认值", "含义")}[language]
    rows = list(_rows(Settings))
    if language != "en":
        said: dict[str, str] = yaml.safe_load((ROOT / f"docs/settings_{language}.yaml").read_text("utf-8"))
        if missing := [key for key, _, _ in rows if key not in said]:
            raise SystemExit(f"docs/settings_{language}.yaml lacks {', '.join(missing)}")
        if unknown := set(said) - {key for key, _, _ in rows}:
            raise SystemExit(f"docs/settings_{language}.yaml has unknown keys: {', '.join(sorted(unknown))}")
        rows = [(key, default, said[key]) for key, default, _ in rows]
    lines = [f"| {' | '.join(titles)} |", "|---|---|---|"]
    lines += [f"| `{key}` | {default} | {meaning} |" for key, default, meaning in rows]
    return "\n".join(lines) + "\n"


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```\n"


_WRITERS: dict[str, Callable[[str], str]] = {
    "preview": lambda stack: _fenced("text", _realip("preview", *stack.split())),
    "scenarios": lambda _: _fenced("text", _realip("scenarios")),
    "example": lambda path: _fenced("python", (ROOT / path).read_text("utf-8").rstrip("\n")),
    "settings": lambda language: settings_table(language or "en"),
}


def refreshed(page: str) -> str:
    """A page with every marked block as its program prints it now."""

    def write(block: re.Match[str]) -> str:
        return block["marker"] + _WRITERS[block["kind"]](block["of"] or "")

    return _BLOCK.sub(write, page)


def main() -> int:
    """Refresh the pages, or say which ones have fallen behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if a page has fallen behind")
    check = parser.parse_args().check
    behind = []
    for path in (ROOT / page for page in PAGES):
        if not path.exists():
            continue
        page = path.read_text("utf-8")
        if (now := refreshed(page)) != page:
            behind.append(path.name)
            if not check:
                path.write_text(now, "utf-8")
    if check and behind:
        sys.stderr.write(f"{', '.join(behind)}: behind what the programs say; run make docs\n")
    return int(check and bool(behind))


if __name__ == "__main__":
    raise SystemExit(main())
