"""The files of a project, from its answers. `templates/` holds the same files, written by `docs.refresh`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from realip.init import yaml_text
from realip.init.answers import NOBODY, Answers, complete, values
from realip.init.programs import PROGRAMS, Said, package, text_of
from realip.init.requirement import published
from realip.messages import ENGLISH, Say
from realip.scenarios import Scenario, by_slug
from realip.text_width import padded, width

__all__ = ["next_steps", "previews_offline", "project_files", "scenario_title", "template_files"]


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
    return files | {"Pulumi.yaml": f"{text_of(head)}{files['Pulumi.yaml']}{text_of(template)}"}


def _files(answers: Answers, about: Mapping[str, Any], namespace: str, requirement: str, say: Say) -> dict[str, str]:
    program = PROGRAMS[answers.language]
    comments = _comments(answers, say)
    title = scenario_title(answers.scenario, say)
    said = Said(title, values(answers), comments, requirement)
    project: dict[str, Any] = {**about, "runtime": program.runtime}
    configuration: dict[str, Any] = {"tencentcloud:region": answers.region}
    head = [f"# {title}"]
    if program.settings_in is None:
        head.append(f"# {say('init_file_settings')}")
        configuration |= {f"{namespace}{section}": value for section, value in said.values.items()}
    else:
        head.append(f"# {say('init_file_settings_in', file=program.settings_in)}")
        project["packages"] = {"realip": package()}
    inside = {f"config.{namespace}{path}": words for path, words in comments.items()}
    return {
        "Pulumi.yaml": text_of((*yaml_text.lines(project, {}), *program.resources(said))),
        f"Pulumi.{answers.stack}.yaml": text_of((*head, *yaml_text.lines({"config": configuration}, inside))),
        **program.files(said),
        ".gitignore": text_of((*program.ignored, "kubeconfig", "kubeconfig.yaml")),
        "README.md": _readme(answers, say),
    }


def _comments(answers: Answers, say: Say) -> dict[str, str]:
    """Explanations of settings, by path."""
    said = {
        "access": say("init_file_access") if not answers.client_cidrs else "",
        "access.adminCidrs": say("init_file_nobody" if NOBODY in answers.admin_cidrs else "init_file_admins"),
        "access.clientCidrs": say("init_file_clients"),
        "app": say("init_file_echo") if not (answers.image or answers.selector) else "",
        "cluster": say("init_file_cluster"),
    }
    return {path: words for path, words in said.items() if words}


def _readme(answers: Answers, say: Say) -> str:
    reads = _row(answers.scenario).reads
    offline = [
        say("init_file_no_account"),
        _commands(("realip preview", say("init_does_preview"))),
    ]
    paragraphs = [
        f"# {answers.name}",
        f"{scenario_title(answers.scenario, say)}\n{say('init_file_reads', where=say(f'app_reads_{reads.value}'))}",
        *(offline if previews_offline(answers) else []),
        f"## {say('init_file_for_real')}",
        say("init_file_needs"),
        _commands(*next_steps(answers, say)),
        say("init_file_costs"),
    ]
    return "\n\n".join(paragraphs) + "\n"


def previews_offline(answers: Answers) -> bool:
    """The offline commands can run the program."""
    return PROGRAMS[answers.language].settings_in is None


def next_steps(answers: Answers, say: Say) -> list[tuple[str, str]]:
    """The commands from the files to a stack that is up, each with what is to be said about it."""
    steps = [("export TENCENTCLOUD_SECRET_ID=... TENCENTCLOUD_SECRET_KEY=...", say("init_does_credentials"))]
    settings_in = PROGRAMS[answers.language].settings_in
    if settings_in is not None:
        if package().startswith("./"):
            steps.append((f"pulumi -C {package().removeprefix('./')} install", say("init_does_plugin")))
        steps.append(("pulumi install", ""))
    steps.append(("pulumi login --local", say("init_does_login")))
    steps.append((f"pulumi stack init {answers.stack}", ""))
    unsaid = {"adminCidrs": NOBODY in answers.admin_cidrs, "clientCidrs": not answers.client_cidrs}
    lacking = [key for key, lacks in unsaid.items() if lacks]
    if settings_in is None:
        address = f"<{say('init_your_address')}>/32"
        steps += [(f"pulumi config set --path 'access.{key}[0]' {address}", "") for key in lacking]
        if answers.cluster is not None:
            kubeconfig = "pulumi config set --path --secret access.kubeconfig < kubeconfig.yaml"
            steps.append((kubeconfig, say("init_does_kubeconfig")))
    elif lacking:
        steps.append((f"$EDITOR {settings_in}", say("init_does_edit", settings=", ".join(lacking))))
    if settings_in is not None:
        steps.append(("pulumi preview", ""))
    return [*steps, ("pulumi up", ""), (f"realip verify {answers.stack}", say("init_does_verify"))]


def _commands(*commands: tuple[str, str]) -> str:
    """A block of commands, each with what it does."""
    longest = max(width(command) for command, does in commands if does)
    told = (f"{padded(command, longest)}   # {does}" if does else command for command, does in commands)
    return "\n".join(("```sh", *told, "```"))


def scenario_title(slug: str, say: Say) -> str:
    """A scenario's number, and what it is, as a sentence."""
    row = _row(slug)
    mode, nodes = say(f"mode_{row.network_mode.value}"), say(f"nodes_{row.choices.node_type.value}")
    title = say(f"title_{row.exposure.value}", mode=mode, nodes=nodes)
    return say("init_file_title", number=row.number, title=title)


def _row(slug: str) -> Scenario:
    row = by_slug(slug)
    assert row is not None, slug  # noqa: S101 - answers with a problem make no project
    return row
