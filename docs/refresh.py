"""Write what programs say into the documentation, so that it shows what is: `python -m docs.refresh [--check]`.

A marker such as `<!-- preview: STACK -->` stands before a fenced block or a table, which is replaced by what its program
prints now: all of it, or one section, as in `<!-- scenarios: Which one -->`.
`templates/` is written too, from what `realip init` writes, and the README's picture.
With `--check` nothing is written, and a page that has fallen behind is an error; a test does that.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel
from pydantic_core import to_json

from docs.figure import alternative, drawing
from docs.stack_arguments import stack_arguments
from realip.init.answers import Language as ProgramLanguage
from realip.init.project import template_files
from realip.messages import Language, Speaker
from realip.scenarios import Choices, Connection, Layer, NetworkMode, NodeType, Scenario, resolve
from realip.settings.models import Settings
from realip.settings.problems import model_in

ROOT = Path(__file__).parent.parent
PAGES = (
    "README.md",
    "README_zh.md",
    *sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md")),
)
FIGURES = {language: ROOT / f"docs/figures/way_{language.value}.svg" for language in Language}
STACK_ARGUMENTS = ROOT / "realip" / "hosting" / "stack_arguments.py"
_BLOCK = re.compile(
    r"(?P<marker><!-- (?P<kind>[a-z]+)(?:: (?P<of>[^>]+?))? -->\n)(?P<body>```.*?\n```\n|!\[[^\n]*\n|(?:\|[^\n]*\n)*)",
    re.DOTALL,
)


@cache
def _realip(*arguments: str) -> str:
    command = [sys.executable, "-m", "realip", *arguments]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "80"}
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, env=environment)
    return done.stdout.rstrip("\n")


def setting_rows(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, str, str]]:
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
            yield from setting_rows(inner, f"{key}[]." if many else f"{key}.")


def _default(value: Any) -> str:
    return (
        ""
        if value is None or "Undefined" in type(value).__name__
        else f"`{to_json(value).decode()}`".replace('`"', "`").replace('"`', "`")
    )


def settings_table(language: str) -> str:
    """The table of all settings; a language other than English has its sentences beside this file, key by key."""
    titles = {"en": ("key", "default", "meaning"), "zh": ("键", "默认值", "含义")}[language]
    rows = list(setting_rows())
    if language != "en":
        said: dict[str, str] = yaml.safe_load((ROOT / f"docs/{language}/settings.yaml").read_text("utf-8"))
        if missing := [key for key, _, _ in rows if key not in said]:
            raise SystemExit(f"docs/{language}/settings.yaml lacks {', '.join(missing)}")
        if unknown := set(said) - {key for key, _, _ in rows}:
            raise SystemExit(f"docs/{language}/settings.yaml has unknown keys: {', '.join(sorted(unknown))}")
        rows = [(key, default, said[key]) for key, default, _ in rows]
    lines = [f"| {' | '.join(titles)} |", "|---|---|---|"]
    lines += [f"| `{key}` | {default} | {meaning} |" for key, default, meaning in rows]
    return "\n".join(lines) + "\n"


def rules_table(language: str) -> str:
    """The table of the audit's rules, and each one's section."""
    from realip.audit.rules import RULES  # noqa: PLC0415 - pages without rules do not wait for it

    say = Speaker(Language(language))
    head = ("id", *(say(f"audit_{name}") for name in ("docs", "effect", "severity", "when", "remedy", "source")))
    lines = [f"| {' | '.join(head)} |", "|---|---|---|---|---|---|---|"]
    for rule in RULES:
        cells = (
            f'<a id="{rule.id.lower()}"></a>{rule.id}',
            say(f"rule_title_{rule.id}"),
            say(f"effect_{rule.effect.value}"),
            say(f"severity_{rule.severity.value}"),
            say(f"rule_when_{rule.id}"),
            say(f"rule_remedy_{rule.id}").rstrip(":\uff1a"),
            rule.source,
        )
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def needs_table(language: str) -> str:
    """The table of everyday needs: which settings say each one, and examples of it."""
    titles = {"en": ("need", "settings", "examples"), "zh": ("需求", "设置", "示例")}[language]
    folder = {"en": "..", "zh": "../.."}[language] + "/examples/needs"
    lines = [f"| {' | '.join(titles)} |", "|---|---|---|"]
    for need in yaml.safe_load((ROOT / "examples/needs/needs.yaml").read_text("utf-8")):
        shown = [f"[{Path(one).name.removeprefix('Pulumi.')}]({folder}/{one})" for one in need["examples"]]
        settings = ", ".join(f"`{key}`" for key in need["settings"])
        lines.append(f"| {need[language]} | {settings} | {', '.join(shown)} |")
    return "\n".join(lines).replace("/needs/../", "/") + "\n"


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```\n"


def _section(text: str, title: str) -> str:
    """The part of a command's output under a title of its own, up to the next one; all of it without a title."""
    if not title:
        return text
    blocks = re.split(r"\n\n(?=[A-Z0-9\u4e00-\u9fff][^\n]*\n\n)", text)
    (found,) = [block for block in blocks if block.startswith(f"{title}\n")]
    return found.removeprefix(f"{title}\n").strip("\n")


def _language(said: str) -> Language:
    """The language of a marker: Chinese where it says `--lang zh`, or names a Chinese title."""
    return Language.CHINESE if "--lang zh" in said or re.search("[\u4e00-\u9fff]", said) else Language.ENGLISH


def scenarios(title: str) -> str:
    """The part of the scenarios under a title, or all of them, in the title's language."""
    return _section(_realip("scenarios", "--lang", _language(title).value), title)


def matrix(language: str) -> str:
    """The scenarios as a table: a row for each network mode and kind of nodes, a column for each connection and layer."""
    say = Speaker(Language(language))
    ways = list(product(Connection, Layer))
    titles = [f"{say(f'connection_{connection.value}')}: {say(f'layer_{layer.value}')}" for connection, layer in ways]
    lines = [f"| | {' | '.join(titles)} |", "|---" * (len(ways) + 1) + "|"]
    for mode, nodes in product(NetworkMode, NodeType):
        answers = [resolve(Choices(mode, nodes, *way)) for way in ways]
        shown = [f"{row.number} `{row.slug}`" if isinstance(row, Scenario) else "-" for row in answers]
        lines.append(f"| {say(f'mode_{mode.value}')}, {say(f'nodes_{nodes.value}')} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


def picture(stack: str) -> str:
    """A preview at a glance: of its tree the first level and what makes the scenario, and the way of a client's address.

    A budget has no part in that way, and stays in the preview itself.
    """
    text = _realip("preview", *stack.split())
    say = Speaker(_language(stack))
    title, *blocks = text.split("\n\n")
    (tree,) = [block for block in blocks if block.startswith("RealIpStack")]
    (count,) = [block for block in blocks if block.startswith(say("up_creates"))]
    lines = [line for line in tree.splitlines() if "PodDisruptionBudget" not in line]
    glance = [line for line in lines if "▸" in line or not line.startswith(("│", "   "))]
    depth = [re.search("[├└]", line) for line in glance]
    for at, branch in enumerate(depth):
        later = (other.start() for other in depth[at + 1 :] if other and branch and other.start() <= branch.start())
        if branch and next(later, -1) != branch.start():
            glance[at] = glance[at].replace("├", "└")
    way = say("journey_heading")
    return "\n\n".join((title, "\n".join(glance), count, way, _section(text, way)))


def figure(language: str) -> str:
    """The picture of a language, with its words for whoever does not see it."""
    said = Language(language)
    return f"![{alternative(said)}]({FIGURES[said].relative_to(ROOT)})\n"


_WRITERS: dict[str, Callable[[str], str]] = {
    "preview": lambda stack: _fenced("text", _realip("preview", *stack.split())),
    "diff": lambda stacks: _fenced("text", _realip("diff", *stacks.split())),
    "picture": lambda stack: _fenced("text", picture(stack)),
    "scenarios": lambda title: _fenced("text", scenarios(title)),
    "figure": figure,
    "matrix": lambda language: matrix(language or "en"),
    "example": lambda path: _fenced("python", (ROOT / path).read_text("utf-8").rstrip("\n")),
    "settings": lambda language: settings_table(language or "en"),
    "rules": lambda language: rules_table(language or "en"),
    "needs": lambda language: needs_table(language or "en"),
}


def refreshed(page: str) -> str:
    """A page with every marked block as its program prints it now."""

    def write(block: re.Match[str]) -> str:
        return block["marker"] + _WRITERS[block["kind"]](block["of"] or "")

    return _BLOCK.sub(write, page)


def templates() -> dict[Path, str]:
    """Every file of `templates/`, and its text."""
    return {
        ROOT / "templates" / language.value / name: text
        for language in ProgramLanguage
        for name, text in template_files(language).items()
    }


def main(arguments: list[str] | None = None) -> int:
    """Refresh the pages, or say which ones have fallen behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if a page has fallen behind")
    check = parser.parse_args(arguments).check
    pages = {path: refreshed(path.read_text("utf-8")) for path in (ROOT / page for page in PAGES) if path.exists()}
    behind = []
    figures = {path: drawing(language) for language, path in FIGURES.items()}
    for path, now in (pages | templates() | figures | {STACK_ARGUMENTS: stack_arguments()}).items():
        if not path.exists() or path.read_text("utf-8") != now:
            behind.append(str(path.relative_to(ROOT)))
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(now, "utf-8")
    if check and behind:
        sys.stderr.write(f"{', '.join(behind)}: behind what the programs say; run make docs\n")
    return int(check and bool(behind))


if __name__ == "__main__":
    raise SystemExit(main())
