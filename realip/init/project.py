"""The files of a project, from its answers. `templates/` holds the same files, written by `docs.refresh`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from realip.init import yaml_text
from realip.init.answers import NOBODY, Answers, Language, complete, values
from realip.init.requirement import published
from realip.messages import ENGLISH, Say
from realip.scenarios import Scenario, by_slug
from realip.text_width import padded, width

__all__ = ["next_steps", "project_files", "template_files"]


def project_files(answers: Answers, requirement: str, say: Say) -> dict[str, str]:
    """Each file's text by its path; `requirement` is the line with which pip finds this library."""
    about = {"name": answers.name, "description": say("init_file_description")}
    return _files(answers, about, f"{answers.name}:", requirement, say)


def template_files(language: str) -> dict[str, str]:
    """The files that `pulumi new` makes the same project of, but for what it asks itself: name and description."""
    # It fills stand-ins in, in YAML with a line's end behind, so that no key there can start with one: without a namespace
    # the engine takes a key for the project's.
    answers = replace(complete({"language": language}, ""), name="${PROJECT}")
    files = _files(answers, {}, "", published(), ENGLISH)
    about = ENGLISH("init_file_description")
    head = ("name: ${PROJECT}", "description: ${DESCRIPTION}")
    template = yaml_text.lines({"template": {"description": about, "displayName": f"realip, {language}"}}, {})
    return files | {"Pulumi.yaml": f"{_text(head)}{files['Pulumi.yaml']}{_text(template)}"}


def _files(answers: Answers, about: Mapping[str, Any], namespace: str, requirement: str, say: Say) -> dict[str, str]:
    return {
        "Pulumi.yaml": _text(yaml_text.lines({**about, "runtime": _RUNTIMES[answers.language]}, {})),
        f"Pulumi.{answers.stack}.yaml": _stack(answers, namespace, say),
        **_PROGRAMS[answers.language](requirement),
        ".gitignore": _text((*_IGNORED[answers.language], "kubeconfig", "kubeconfig.yaml")),
        "README.md": _readme(answers, say),
    }


_PYTHON_PROGRAM = '''\
"""The Pulumi program: a stack's settings become one RealIpStack, and its outputs the stack's."""

import pulumi

from realip import RealIpStack, load_settings

stack = RealIpStack("realip", load_settings())
for name, value in stack.stack_outputs.items():
    pulumi.export(name, value)
'''


def _python(requirement: str) -> dict[str, str]:
    return {"__main__.py": _PYTHON_PROGRAM, "requirements.txt": f"{requirement}\n"}


_PROGRAMS: Mapping[str, Callable[[str], dict[str, str]]] = {Language.PYTHON: _python}
_RUNTIMES: Mapping[str, Mapping[str, Any]] = {
    Language.PYTHON: {"name": "python", "options": {"toolchain": "pip", "virtualenv": ".venv"}}
}
_IGNORED: Mapping[str, tuple[str, ...]] = {Language.PYTHON: (".venv/", "__pycache__/", "*.pyc")}


def _stack(answers: Answers, namespace: str, say: Say) -> str:
    configuration: dict[str, Any] = {"tencentcloud:region": answers.region}
    configuration |= {f"{namespace}{section}": value for section, value in values(answers).items()}
    said = {
        "access": say("init_file_access") if not answers.client_cidrs else "",
        "access.adminCidrs": say("init_file_nobody" if NOBODY in answers.admin_cidrs else "init_file_admins"),
        "access.clientCidrs": say("init_file_clients"),
        "app": say("init_file_echo") if not (answers.image or answers.selector) else "",
        "cluster": say("init_file_cluster"),
    }
    comments = {f"config.{namespace}{path}": words for path, words in said.items() if words}
    title = f"# {_title(answers, say)}\n# {say('init_file_settings')}\n"
    return title + _text(yaml_text.lines({"config": configuration}, comments))


def _readme(answers: Answers, say: Say) -> str:
    row = _row(answers)
    paragraphs = [
        f"# {answers.name}",
        f"{_title(answers, say)}\n{say('init_file_reads', where=say(f'app_reads_{row.reads.value}'))}",
        say("init_file_no_account"),
        _commands(
            ("realip preview", say("init_does_preview")),
            ("realip render -o rendered", say("init_does_render")),
        ),
        f"## {say('init_file_for_real')}",
        say("init_file_needs"),
        _commands(*next_steps(answers, say)),
        say("init_file_costs"),
    ]
    return "\n\n".join(paragraphs) + "\n"


def next_steps(answers: Answers, say: Say) -> list[tuple[str, str]]:
    """The commands from the files to a stack that is up, each with what is to be said about it."""
    address = f"<{say('init_your_address')}>/32"
    steps = [
        ("export TENCENTCLOUD_SECRET_ID=... TENCENTCLOUD_SECRET_KEY=...", say("init_does_credentials")),
        (f"pulumi stack init {answers.stack}", ""),
    ]
    if NOBODY in answers.admin_cidrs:
        steps.append((f"pulumi config set --path 'access.adminCidrs[0]' {address}", ""))
    if not answers.client_cidrs:
        steps.append((f"pulumi config set --path 'access.clientCidrs[0]' {address}", ""))
    if answers.cluster is not None:
        kubeconfig = "pulumi config set --path --secret access.kubeconfig < kubeconfig.yaml"
        steps.append((kubeconfig, say("init_does_kubeconfig")))
    return [*steps, ("pulumi up", ""), (f"realip verify {answers.stack}", say("init_does_verify"))]


def _commands(*commands: tuple[str, str]) -> str:
    """A block of commands, each with what it does."""
    longest = max(width(command) for command, does in commands if does)
    told = (f"{padded(command, longest)}   # {does}" if does else command for command, does in commands)
    return "\n".join(("```sh", *told, "```"))


def _title(answers: Answers, say: Say) -> str:
    row = _row(answers)
    mode, nodes = say(f"mode_{row.network_mode.value}"), say(f"nodes_{row.choices.node_type.value}")
    title = say(f"title_{row.exposure.value}", mode=mode, nodes=nodes)
    return say("init_file_title", number=row.number, title=title)


def _row(answers: Answers) -> Scenario:
    row = by_slug(answers.scenario)
    assert row is not None, answers.scenario  # noqa: S101 - answers with a problem make no project
    return row


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
