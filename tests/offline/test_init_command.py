"""`realip init` writes a project that previews, says what it assumed, and never touches what is there."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from realip.hosting.stack import RealIpStack
from realip.init.answers import complete, problems
from realip.init.placing import place
from realip.init.project import next_steps, project_files
from realip.init.requirement import published
from realip.messages import ENGLISH
from realip.scenarios import SCENARIOS
from tests.offline.running import Realip, Run

ROOT = Path(__file__).resolve().parents[2]
PYTHON_FILES = {".gitignore", "Pulumi.dev.yaml", "Pulumi.yaml", "README.md", "__main__.py", "requirements.txt"}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, realip: Realip) -> Path:
    """An empty folder that is the current one."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def configuration(folder: Path, stack: str = "dev") -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / f"Pulumi.{stack}.yaml").read_text("utf-8"))["config"]
    return found


def test_a_project_of_two_words_previews(here: Path, realip: Realip, monkeypatch: pytest.MonkeyPatch) -> None:
    made = realip("init", "shop", "--yes")
    assert (made.code, made.err) == (0, "")
    assert set(files(here / "shop")) == PYTHON_FILES
    monkeypatch.chdir(here / "shop")
    seen = realip("preview")
    assert (seen.code, seen.err) == (0, "")
    assert seen.out.startswith("Scenario 1: VPC-CNI, CLB direct to pods on native nodes\nStack dev\n")
    # Nobody is let in unasked, and a preview says so.
    assert "lets nobody outside the VPC reach the app" in seen.out
    assert 'access.adminCidrs[0] = "203.0.113.0/24": is a documentation range' in seen.out
    assert "0.0.0.0/0" not in str(configuration(here / "shop"))


@pytest.mark.parametrize("row", SCENARIOS, ids=lambda row: row.slug)
def test_every_scenario_previews_without_a_word_once_somebody_is_named(
    row: Any, here: Path, realip: Realip, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert realip("init", "shop", "--scenario", row.slug, "--admin-cidr", "198.18.0.0/24").code == 0
    monkeypatch.chdir(here / "shop")
    seen = json.loads(realip("preview", "--json").out)
    assert (seen["project"], seen["scenario"], seen["reads"]) == ("shop", row.slug, row.reads.value)
    assert seen["warnings"] == []


def test_the_offline_commands_find_the_only_stack_of_a_new_project(
    here: Path, realip: Realip, monkeypatch: pytest.MonkeyPatch
) -> None:
    realip("init", "shop", "--stack", "production")
    monkeypatch.chdir(here / "shop")
    assert "kind: Service" in realip("render").out
    assert realip("diff", "production", "production").out.startswith("production → production")
    (here / "shop/Pulumi.staging.yaml").write_text((here / "shop/Pulumi.production.yaml").read_text())
    unnamed = realip("preview")
    assert (unnamed.code, unnamed.out) == (2, "")
    assert "known are production, staging" in unnamed.err


@pytest.mark.parametrize(("language", "runtime"), [("typescript", "nodejs"), ("go", "go"), ("yaml", "yaml")])
def test_a_program_in_another_language_is_not_looked_at_offline_and_that_is_said(
    language: str, runtime: str, here: Path, realip: Realip, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = realip("init", "shop", "--language", language)
    assert made.code == 0
    assert "realip preview" not in made.out + (here / "shop/README.md").read_text("utf-8")
    monkeypatch.chdir(here / "shop")
    seen = realip("preview")
    assert (seen.code, seen.out) == (2, "")
    assert f"Pulumi.yaml: its program is for the runtime {runtime}" in seen.err
    assert "`pulumi preview` shows this one" in seen.err


def test_what_is_said_stands_in_the_stack_file_and_nothing_else_does(here: Path, realip: Realip) -> None:
    said = ["--name", "shop", "--region", "ap-shanghai", "--zone", "ap-shanghai-2", "--zone", "ap-shanghai-5"]
    said += ["--image", "shop.example.com/web:1.2", "--port", "8080", "--admin-cidr", "198.18.0.7/32"]
    said += ["--client-cidr", "0.0.0.0/0", "--scenario", "globalrouter-nondirect-native"]
    assert realip("init", *said).code == 0
    assert configuration(here) == {
        "tencentcloud:region": "ap-shanghai",
        "shop:scenario": "globalrouter-nondirect-native",
        "shop:network": {"zones": ["ap-shanghai-2", "ap-shanghai-5"]},
        "shop:app": {"image": "shop.example.com/web:1.2", "port": 8080},
        "shop:access": {"adminCidrs": ["198.18.0.7/32"], "clientCidrs": ["0.0.0.0/0"]},
    }


def test_on_a_cluster_that_exists_nothing_of_it_is_made(
    here: Path, realip: Realip, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ["--cluster", "cls-1a2b3c4d", "--selector", "app=on", "--selector", "app.kubernetes.io/part-of=a b-c"]
    wrong = realip("init", "shop", *said)
    assert (wrong.code, wrong.out) == (2, "")
    said[-1] = "app.kubernetes.io/part-of=shop"
    assert realip("init", "shop", *said, "--port", "8080").code == 0
    assert configuration(here / "shop") == {
        "tencentcloud:region": "ap-guangzhou",
        "shop:scenario": "vpc-cni-direct-native",
        "shop:cluster": {"id": "cls-1a2b3c4d"},
        "shop:app": {
            "deploy": False,
            "selector": {"app": "on", "app.kubernetes.io/part-of": "shop"},
            "namespace": "default",
            "port": 8080,
        },
    }
    monkeypatch.chdir(here / "shop")
    kinds = {resource["type"] for resource in json.loads(realip("preview", "--json").out)["resources"]}
    assert "kubernetes:core/v1:Service" in kinds
    assert not any(kind.startswith("tencentcloud:") or "Deployment" in kind for kind in kinds)


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_written(here: Path, realip: Realip) -> None:
    (here / "Pulumi.yaml").write_text("mine")
    (here / "README.md").write_text("mine too")
    said = ["--name", "tencentcloud", "--stack", "a/b", "--language", "pyton", "--scenario", "vpc-cni-direct"]
    said += ["--image", "NO IMAGE", "--port", "x", "--selector", "app", "--admin-cidr", "198.18.0.7", "--force"]
    run = realip("init", *said)
    assert (run.code, run.out) == (2, "")
    for words in (
        '--name "tencentcloud": is where Pulumi keeps a provider\'s configuration',
        '--stack "a/b": is not a name that Pulumi takes',
        '--language "pyton": is no language that a program can have; did you mean python?',
        '--scenario "vpc-cni-direct": is not a scenario',
        '--image "NO IMAGE": is not an image reference',
        '--image "NO IMAGE": is what to run, and --selector says that the app runs already',
        '--port "x": must be a whole number',
        '--selector "app": is not a label; write KEY=VALUE',
        '--admin-cidr "198.18.0.7": has no mask; write 198.18.0.7/32 for one address',
        "Pulumi.yaml: is there already, and nothing is overwritten",
        "README.md: is there already",
    ):
        assert words in run.err, words
    assert "--client-cidr" not in run.err  # it was taken from --admin-cidr, and nobody said it
    assert "Traceback" not in run.err
    assert files(here) == {"Pulumi.yaml": "mine", "README.md": "mine too"}
    assert names(here) == ["Pulumi.yaml", "README.md"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (["--region", "ap-shanghai"], "--zone: is missing; name zones of ap-shanghai"),
        (["--region", "nowhere"], '--region "nowhere": is not a region'),
        (["--zone", "six"], '--zone "six": is not an availability zone'),
        (["--zone", "ap-shanghai-2", "--region", "ap-guangzhou"], "lies outside the provider's region, ap-guangzhou"),
        (["--cluster", "mine"], '--cluster "mine": is not an id of this kind'),
        (["--cluster", "cls-1a2b3c4d", "--zone", "ap-guangzhou-3"], "--zone"),
        (["--cluster", "cls-1a2b3c4d", "--admin-cidr", "198.18.0.0/24"], "--admin-cidr"),
        (["--admin-cidr", "0.0.0.0/0"], "opens the API server to the whole internet"),
        (["--selector", "app=a", "--selector", "app=b"], '--selector "app": is there twice'),
        (["--name", "a b"], '--name "a b": is not a name that Pulumi takes'),
        (["--name", ""], '--name "": is not a name that Pulumi takes'),
        (["--port", "0"], "--port 0: must be at least 1"),
    ],
)
def test_an_answer_that_makes_no_stack_is_refused_by_its_option(
    said: list[str], words: str, here: Path, realip: Realip
) -> None:
    run = realip("init", "shop", *said)
    assert (run.code, run.out) == (2, "")
    assert words in run.err
    assert names(here) == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            ["--region", "ap-shanghai", "--zone", "x"],
            ['--zone "x": is not an availability zone; write one such as ap-guangzhou-6'],
        ),
        (["--cluster", ""], ['--cluster "": is not an id of this kind; write one such as cls-1a2b3c4d']),
        (["--selector", ""], ['--selector "": is not a label; write KEY=VALUE, such as app=web']),
        (
            ["--selector", "app=web", "--image", "web"],
            ['--image "web": is what to run, and --selector says that the app runs already; give one of the two'],
        ),
        (
            ["--cluster", "cls-1a2b3c4d", "--zone", "ap-guangzhou-3"],
            [
                (
                    '--zone ["ap-guangzhou-3"]: is for a new cluster, and --cluster names one that exists: nothing of its'
                    " network, control plane or nodes is made; remove it"
                )
            ],
        ),
        (
            ["--cluster", "X", "--zone", "Y"],
            [
                '--cluster "X": is not an id of this kind; write one such as cls-1a2b3c4d',
                '--zone "Y": is not an availability zone; write one such as ap-guangzhou-6',
            ],
        ),
    ],
)
def test_of_a_wrong_answer_nothing_is_told_that_nobody_said(
    said: list[str], told: list[str], here: Path, realip: Realip
) -> None:
    """Settings have another zone, label and command for it: whoever gives options has written none of them."""
    lines = realip("init", "shop", *said).err.removeprefix("realip: ").splitlines()
    assert sorted(line.strip() for line in lines if "nothing was written" not in line) == told


def test_an_api_server_open_to_everyone_is_refused_without_advice_that_no_option_can_follow(
    here: Path, realip: Realip
) -> None:
    assert realip("init", "shop", "--admin-cidr", "0.0.0.0/0").err == (
        'realip: --admin-cidr "0.0.0.0/0": opens the API server to the whole internet; name your own network\n'
    )


def test_a_word_that_is_a_settings_name_too_stays_a_word(here: Path, realip: Realip) -> None:
    assert '--scenario "x": is not a scenario; known are' in realip("init", "shop", "--scenario", "x").err


def test_a_folder_with_other_files_is_left_alone_unless_asked_and_they_stay_then(here: Path, realip: Realip) -> None:
    (here / "LICENSE").write_text("mine")
    (here / ".git").mkdir()
    refused = realip("init")
    assert refused.code == 2
    assert "is not empty" in refused.err
    assert names(here) == [".git", "LICENSE"]
    assert realip("init", "--force").code == 0
    assert set(files(here)) == PYTHON_FILES | {"LICENSE"}
    assert (here / "LICENSE").read_text() == "mine"
    assert not any(name.startswith(".realip") for name in names(here))


def test_a_repository_without_a_file_is_an_empty_folder(here: Path, realip: Realip) -> None:
    (here / ".git").mkdir()
    assert realip("init").code == 0


def test_a_link_to_nothing_is_something_that_is_there(here: Path, realip: Realip) -> None:
    (here / "Pulumi.yaml").symlink_to("elsewhere")
    assert "Pulumi.yaml: is there already" in realip("init", "--force").err
    (here / "shop").symlink_to("nowhere")
    assert "is no folder" in realip("init", "shop").err
    assert names(here) == ["Pulumi.yaml", "shop"]


@pytest.mark.parametrize("name", ["a-file", "a-file/below", "x" * 300, "nul\0"])
def test_a_folder_that_cannot_be_is_told_in_words(name: str, here: Path, realip: Realip) -> None:
    (here / "a-file").write_text("mine")
    run = realip("init", name)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("realip: ")
    assert "Traceback" not in run.err
    assert files(here) == {"a-file": "mine"}


def test_whoever_was_faster_keeps_his_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at a folder and the writing somebody else can write."""
    folder = tmp_path / "used"
    folder.mkdir()
    (folder / "b").write_text("mine")
    with pytest.raises(Exception, match="nothing was written"):
        place(folder, {"a": "1", "b": "2", "inner/c": "3"})
    assert files(folder) == {"b": "mine"}
    assert names(folder) == ["b"]

    new = tmp_path / "outer/new"
    rename = Path.rename

    def faster(self: Path, target: Path) -> Path:
        new.mkdir()
        (new / "b").write_text("mine")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", faster)
    with pytest.raises(Exception, match="nothing was written"):
        place(new, {"a": "1"})
    assert files(tmp_path / "outer") == {"new/b": "mine"}


def test_a_project_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Path, target: Path) -> Path:
        assert not new.exists()
        raise KeyboardInterrupt

    new = tmp_path / "outer/new"
    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        place(new, {"a": "1"})
    assert names(tmp_path) == []


def test_a_file_system_without_links_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    place(tmp_path, {"a": "1", "inner/b": "2"})
    assert files(tmp_path) == {"a": "1", "inner/b": "2"}


def test_files_are_as_readable_as_any_that_the_user_makes(here: Path, realip: Realip) -> None:
    before = os.umask(0o027)
    try:
        realip("init", "shop")
    finally:
        os.umask(before)
    assert (here / "shop").stat().st_mode & 0o777 == 0o750
    assert (here / "shop/Pulumi.yaml").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("shop", "shop"),
        ("my shop (new)", "my-shop-new"),
        ("Café Ünï", "Cafe-Uni"),
        ("商店", "realip"),
        ("kubernetes", "realip"),
        ("", "realip"),
        ("x" * 200, "x" * 100),
    ],
)
def test_a_folder_of_any_name_makes_a_project_with_a_name_that_pulumi_takes(folder: str, name: str) -> None:
    answers = complete({}, folder)
    assert answers.name == name
    assert problems(answers) == {}


def test_what_was_assumed_is_told_and_what_was_said_is_not(here: Path, realip: Realip) -> None:
    run = realip("init", "shop", "--scenario", "globalrouter-direct-native", "--admin-cidr", "198.18.0.0/24")
    told = {line.split("  ")[0]: line for line in run.out.splitlines()}
    for label in ("language", "cluster", "app", "region", "zones", "clients"):
        assert "(assumed)" in told[label] + run.out[run.out.index(told[label]) :].split("\n")[1], label
    for label in ("network mode", "nodes", "connection", "layer", "API server"):
        assert "(assumed)" not in told[label], label
    assert "billed by IP" in " ".join(run.out.split())
    as_json = json.loads(realip("init", "other", "--admin-cidr", "198.18.0.0/24", "--json").out)
    assert as_json["files"] == sorted(PYTHON_FILES)
    assert "--admin-cidr" not in as_json["assumed"]
    assert "--scenario" in as_json["assumed"]


def test_a_project_in_chinese_says_everything_in_chinese_and_means_the_same(here: Path, realip: Realip) -> None:
    run = realip("init", "zh", "--name", "shop", "--lang", "zh")
    assert "（默认）" in run.out
    assert "(assumed)" not in run.out
    realip("init", "en", "--name", "shop")
    assert "谁可以访问 API Server" in (here / "zh/Pulumi.dev.yaml").read_text("utf-8")
    assert configuration(here / "zh") == configuration(here / "en")


def test_a_program_in_another_language_exports_what_the_one_in_python_does() -> None:
    """A script that reads an output finds it whatever the program is written in."""
    hosted = {words[0] + "".join(map(str.title, words[1:])) for words in map(_words, RealIpStack.__annotations__)}
    for row in SCENARIOS:
        files = project_files(complete({"language": "typescript", "scenario": row.slug}, "shop"), "realip", ENGLISH)
        assert set(re.findall(r"^export const (\w+) = stack\.\1;$", files["index.ts"], re.MULTILINE)) == hosted


def _words(name: str) -> list[str]:
    return name.split("_")


def test_a_project_of_a_published_library_finds_it_in_its_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    """pip takes a Git address with a tag, and Pulumi one that names the plugin's folder."""
    monkeypatch.setattr("realip.__homepage__", "https://git.example.com/somebody/client-ip")
    monkeypatch.setattr("realip.__version__", "4.5.6")
    assert published() == "realip @ git+https://git.example.com/somebody/client-ip@v4.5.6"
    answers = complete({"language": "go"}, "shop")
    written = project_files(answers, published(), ENGLISH)
    assert not [name for name in written if name.startswith("plugin/")]
    project = yaml.safe_load(written["Pulumi.yaml"])
    assert project["packages"] == {"realip": "git.example.com/somebody/client-ip.git/plugin@4.5.6"}
    assert not [command for command, _ in next_steps(answers, ENGLISH) if "plugin" in command]


def test_a_command_that_is_told_to_end_takes_back_what_is_half_made(here: Path) -> None:
    """Whoever ends it sees that the signal did."""
    program = (
        "import os, signal, sys; from pathlib import Path; from realip import cli;"
        "Path.rename = lambda *_: os.kill(os.getpid(), signal.SIGTERM);"
        "sys.argv = ['realip', 'init', 'outer/shop', '--yes']; cli.entry()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGTERM, "", "")
    assert names(here) == []


def test_start_up_loads_neither_the_engine_nor_what_talks_to_it() -> None:
    program = "import sys, realip.init.command; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert {"grpc", "pulumi", "google", "httpx"} & set(loaded.stdout.split()) == set()


# At a terminal.


def typed(folder: Path, answers: Sequence[str], *arguments: str, language: str = "C.UTF-8") -> Run:
    """Run it at a terminal: each answer is typed once its question is there."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "dumb", "LC_ALL": language}
        os.execve(sys.executable, [sys.executable, "-m", "realip", "init", *arguments], environment)  # noqa: S606
    said = bytearray()

    def more() -> bool:
        ready, _, _ = select.select([terminal], [], [], 30)
        assert ready, said.decode()
        try:
            part = os.read(terminal, 65536)
        except OSError:  # how Linux has the end of a terminal's program
            return False
        said.extend(part)
        return bool(part)

    for answer in answers:
        asked = len(said)
        while not said[asked:].decode(errors="replace").endswith((": ", "> ", "：")):
            assert more(), said.decode()
        os.write(terminal, answer.encode())  # its echo ends in a new line, and is no question
    while more():
        pass
    os.close(terminal)
    return Run(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), said.decode().replace("\r\n", "\n"), "")


QUESTIONS = {
    "language": "python\n",
    "cluster": "\n",
    "mode": "GlobalRouter\n",
    "nodes": "1\n",
    "connection": "non-direct\n",
    "layer": "4\n",
    "app": "image\n",
    "image": "shop.example.com/web:1\n",
    "port": "8080\n",
    "region": "\n",
    "zones": "ap-guangzhou-3, ap-guangzhou-4\n",
    "administrators": "198.18.0.7/32\n",
    "clients": "0.0.0.0/0\n",
    "name": "\n",
}


def test_the_guides_questions_lead_to_the_scenario(here: Path) -> None:
    run = typed(here, list(QUESTIONS.values()), "shop")
    assert run.code == 0, run.out
    assert configuration(here / "shop") == {
        "tencentcloud:region": "ap-guangzhou",
        "shop:scenario": "globalrouter-nondirect-native-local",
        "shop:network": {"zones": ["ap-guangzhou-3", "ap-guangzhou-4"]},
        "shop:app": {"image": "shop.example.com/web:1", "port": 8080},
        "shop:access": {"adminCidrs": ["198.18.0.7/32"], "clientCidrs": ["0.0.0.0/0"]},
    }
    assert "network mode?" in run.out
    assert "the load balancer goes through a port of the nodes." in run.out
    assert "→ Scenario 12: GlobalRouter, Service with externalTrafficPolicy Local on native nodes." in run.out


def test_what_an_option_says_is_not_asked_for(here: Path) -> None:
    said = ["--scenario", "vpc-cni-direct-super", "--image", "web:1", "--region", "ap-guangzhou", "--name", "shop"]
    run = typed(here, ["\n"] * 6, *said)
    assert run.code == 0, run.out
    assert "the port on which its container listens?" in run.out
    for question in ("network mode?", "which app?", "region?", "name of the project?"):
        assert question not in run.out
    assert typed(here, [], "asked", "--yes").code == 0


def test_what_no_option_says_is_asked_for_whatever_others_say(here: Path) -> None:
    """A label of the pods says neither where they are nor where they listen, and a region not its zones."""
    said = ["shop", "--language", "python", "--cluster", "cls-1a2b3c4d", "--scenario", "vpc-cni-direct-native"]
    run = typed(here, ["web\n", "8080\n", "\n", "198.18.7.0/24\n", "\n"], *said, "--selector", "app=web")
    assert run.code == 0, run.out
    app = {"deploy": False, "selector": {"app": "web"}, "namespace": "web", "port": 8080}
    assert configuration(here / "shop")["shop:app"] == app
    said = ["new", "--language", "yaml", "--scenario", "vpc-cni-direct-native", "--image", "web:1", "--port", "80"]
    run = typed(here, ["\n", "\n", "ap-shanghai-2\n", "\n", "\n", "\n"], *said, "--region", "ap-shanghai")
    assert run.code == 0, run.out
    assert "is missing; name zones of ap-shanghai" in run.out


def test_a_wrong_answer_is_told_and_asked_for_again(here: Path) -> None:
    answers = [
        "pithon\n",
        "\n",
        "cls-\n",
        "\n",
        "VPC\n",
        "\n",
        "super\n",
        "7\n",
        "running\n",
        "\n",
        "web\n",
        "app=web\n",
        "Web\n",
        "web\n",
        "\n",
    ]
    answers += ["ap-shanghai\n", "\n", "ap-shanghai-2\n", "198.18.0.7\n", "198.18.0.7/32\n", "\n", "a b\n", "shop\n"]
    run = typed(here, answers, "shop")
    assert run.code == 0, run.out
    for words in (
        '"pithon": is none of the choices; write a number, or one of python, typescript, go, yaml',
        '"cls-": is not an id of this kind',
        '"VPC": is none of the choices; write a number, or one of VPC-CNI, GlobalRouter',
        '"web": is not a label; write KEY=VALUE',
        "is missing; name zones of ap-shanghai",
        '"198.18.0.7": has no mask; write 198.18.0.7/32 for one address',
        '"a b": is not a name that Pulumi takes',
    ):
        assert words in run.out, words
    assert "connection?" not in run.out  # super nodes have one
    assert configuration(here / "shop")["shop:scenario"] == "vpc-cni-direct-super-ingress"
    assert '"Web": is not a' in run.out
    app = {"deploy": False, "selector": {"app": "web"}, "namespace": "web"}
    assert configuration(here / "shop")["shop:app"] == app


def test_a_person_who_leaves_leaves_nothing_behind(here: Path) -> None:
    gone = typed(here, ["\n", "\x04"], "shop")
    assert gone.code == 2
    assert "the input ended before everything was answered, and nothing was written" in gone.out
    interrupted = typed(here, ["\n", "\x03"], "shop")
    assert interrupted.code == 130
    assert interrupted.out.endswith("\nNothing was written.\n")
    assert "Traceback" not in gone.out + interrupted.out
    assert names(here) == []


def test_what_is_wrong_with_the_folder_is_told_before_anybody_answers_anything(here: Path) -> None:
    (here / "README.md").write_text("mine")
    run = typed(here, [])
    assert run.code == 2
    assert "README.md: is there already" in run.out
    assert "?" not in run.out


def test_somebody_who_reads_chinese_is_asked_in_chinese_and_may_answer_in_english(here: Path) -> None:
    run = typed(here, [*["\n"] * 4, "非直连\n", "7\n", "echo\n", *["\n"] * 5], "shop", "--lang", "zh")
    assert run.code == 0, run.out
    assert "网络模式？" in run.out
    assert "network mode?" not in run.out
    assert configuration(here / "shop")["shop:scenario"] == "vpc-cni-nondirect-native"


def test_nobody_at_the_other_end_is_asked(here: Path, process: Any) -> None:
    run = process("init", "shop", folder=here)
    assert (run.code, run.err) == (0, "")
    assert set(files(here / "shop")) == PYTHON_FILES
