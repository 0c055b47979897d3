"""The report on a project that was written: each answer with its meaning, the files, and the way on."""

import shlex
from collections.abc import Iterator, Sequence

from realip.init.answers import NOBODY, Answers
from realip.init.project import next_steps, previews_offline
from realip.messages import Say
from realip.scenarios import by_slug
from realip.settings.sections.app import AppSettings
from realip.terminal import Line, Span, Table, cell

__all__ = ["page"]


def page(folder: str, answers: Answers, files: Sequence[str], say: Say) -> Iterator[Line | Table]:
    """The report as lines."""
    yield [Span(say("init_written", name=answers.name, count=len(files), folder=folder), "title")]
    yield []
    yield [Span(f"  {'  '.join(sorted(files))}", "name")]
    yield []
    rows = []
    for label, value, sentence, assumed in _answers(answers, say):
        mark = say("init_assumed") if assumed else ""
        rows.append([cell(label), [Span(value, "decisive"), Span(mark, "aside")], cell(sentence, "aside")])
    yield Table((say("init_question"), say("init_answer"), say("init_meaning")), rows)
    moved = [] if folder == "." else [f"cd {shlex.quote(folder)}"]
    updated = [command for command, _ in next_steps(answers, say)]
    if previews_offline(answers):
        yield from _steps(say("init_look"), [*moved, "realip preview"])
        yield from _steps(say("init_real"), updated)
    else:
        yield from _steps(say("init_real"), [*moved, *updated])


def _steps(title: str, commands: Sequence[str]) -> Iterator[Line]:
    yield []
    yield [Span(title, "title")]
    yield []
    yield from ([Span(f"  {command}", "name")] for command in commands)


def _answers(answers: Answers, say: Say) -> Iterator[tuple[str, str, str, bool]]:
    """Each answer: what was asked, what was answered, what that means, and whether nobody said it."""
    row = by_slug(answers.scenario)
    assert row is not None, answers.scenario  # noqa: S101 - answers with a problem make no project
    choices, assumed = row.choices, answers.assumed
    yield say("init_of_language"), answers.language, say(f"init_language_{answers.language}"), "language" in assumed
    for label, value, sentence in (
        (say("init_of_scenario"), f"{row.number} {row.slug}", say(f"init_scenario_{row.exposure.value}")),
        (
            say("scenarios_mode"),
            say(f"mode_{choices.network_mode.value}"),
            say(f"init_mode_{choices.network_mode.value}"),
        ),
        (say("scenarios_nodes"), say(f"nodes_{choices.node_type.value}"), say(f"init_nodes_{choices.node_type.value}")),
        (
            say("scenarios_connection"),
            say(f"connection_{choices.connection.value}"),
            say(f"init_connection_{choices.connection.value}"),
        ),
        (say("scenarios_layer"), str(choices.layer.value), say(f"init_layer_{choices.layer.value}")),
    ):
        yield label, value, sentence, "scenario" in assumed
    if row.billed_by_ip:
        yield say("init_of_account"), "STANDARD", say("init_billed_by_ip"), False
    cluster = "init_existing_cluster" if answers.cluster else "init_new_cluster_means"
    yield say("init_of_cluster"), answers.cluster or say("init_choice_new"), say(cluster), "cluster" in assumed
    if answers.image:
        yield say("init_of_app"), answers.image, say("init_app_image"), False
    elif answers.selector:
        yield say("init_of_app"), ", ".join(answers.selector), say("init_app_running"), False
    else:
        yield say("init_of_app"), say("init_choice_echo"), say("init_app_echo"), True
    if answers.namespace:
        yield say("init_of_namespace"), answers.namespace, say("init_namespace_means"), "namespace" in assumed
    if answers.image or answers.selector:
        port = answers.port or str(AppSettings().port)
        yield say("init_of_port"), port, say("init_port_means"), "port" in assumed
    zones = ", ".join(answers.zones)
    yield say("init_of_region"), answers.region, say("init_region_means"), "region" in assumed
    if zones:
        yield say("init_of_zones"), zones, say("init_zones_means"), "zones" in assumed
    if answers.cluster is None:
        nobody = NOBODY in answers.admin_cidrs
        sentence = say("init_nobody_means" if nobody else "init_admins_means")
        yield say("init_of_admins"), ", ".join(answers.admin_cidrs), sentence, "admin_cidrs" in assumed
    clients = ", ".join(answers.client_cidrs)
    sentence = say("init_clients_means" if clients else "init_no_clients_means")
    yield say("init_of_clients"), clients or say("init_choice_vpc"), sentence, "client_cidrs" in assumed
