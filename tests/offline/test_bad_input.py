"""Bad input is one message on stderr that says what and where, exit code 2, and nothing on stdout."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.offline.running import Realip, Run
from tests.support.guide import STACKS

COMMANDS = ("preview", "render")


def refused(run: Run, *said: str) -> None:
    assert (run.code, run.out) == (2, "")
    assert "Traceback" not in run.err
    for words in said:
        assert words in run.err


def stack_file(project: Path, text: str | bytes, name: str = "mine") -> None:
    path = project / "stacks" / f"Pulumi.{name}.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize("command", [*COMMANDS, "diff"])
def test_an_unknown_stack_lists_the_known_ones_and_the_nearest(command: str, process: Realip) -> None:
    others = ["vpc-cni-direct-native"] if command == "diff" else []
    refused(
        process(command, *others, "vpc-cni-direct-nativ"),
        "stack 'vpc-cni-direct-nativ'",
        "did you mean vpc-cni-direct-native?",
        ", ".join(sorted(STACKS)),
    )


def test_an_unknown_stack_like_no_other_lists_the_known_ones(realip: Realip) -> None:
    refused(realip("preview", "zzz"), "stack 'zzz'", "known are globalrouter-direct-native, ")


@pytest.mark.parametrize("name", ["../vpc-cni-direct-native", "", "a/b", "*"])
def test_a_stack_name_never_leads_out_of_the_stacks_folder(name: str, realip: Realip) -> None:
    refused(realip("preview", name), "there is no such stack in stacks")


def test_a_project_without_stack_files_says_where_they_go(realip: Realip, project: Path) -> None:
    for path in (project / "stacks").iterdir():
        path.unlink()
    refused(realip("preview"), "there is no stack file in stacks", "Pulumi.vpc-cni-direct-native.yaml")


def test_a_folder_outside_of_any_project_is_told(process: Realip, tmp_path: Path) -> None:
    refused(process("preview", folder=tmp_path), f"{tmp_path}: no Pulumi.yaml here or above")


def test_a_folder_inside_the_project_will_do(realip: Realip, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "stacks")
    assert realip("render").code == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["stacks/Pulumi.mine.yaml: is empty"]),
        ("# nothing\n", ["stacks/Pulumi.mine.yaml: is empty"]),
        ("encryptionsalt: v1:x\n", ["stacks/Pulumi.mine.yaml: has no `config:`"]),
        ("config:\n", ["stacks/Pulumi.mine.yaml: has no `config:`"]),
        ("a: 1\n b: [\n", ["stacks/Pulumi.mine.yaml, line 2, column 3: is not YAML"]),
        ("config:\n  a: b: c\n", ["stacks/Pulumi.mine.yaml, line 2"]),
        ("- config\n", ["stacks/Pulumi.mine.yaml, line 1: must be a map", "not a list"]),
        ("config\n", ["stacks/Pulumi.mine.yaml, line 1: must be a map", "not plain text"]),
        ("42\n", ["stacks/Pulumi.mine.yaml, line 1: must be a map", "not 42"]),
        ("\nconfig:\n  - realip:app\n", ["stacks/Pulumi.mine.yaml, line 3: config must be a map", "not a list"]),
        ("config: {}\nconfig: {}\n", ["line 2", "'config' twice"]),
        ("config:\n  realip:app: {port: 1, port: 2}\n", ["line 2", "'port' twice"]),
        ("config: {[a]: 1}\n", ["stacks/Pulumi.mine.yaml, line 1"]),
        ("config: &c {realip:app: *c}\n", ["stacks/Pulumi.mine.yaml: a value contains itself"]),
        ("config: !!python/object:os.system x\n", ["stacks/Pulumi.mine.yaml, line 1"]),
        ("config: \x07\n", ["stacks/Pulumi.mine.yaml: is not YAML"]),
        (f"config: {'[' * 3000}{']' * 3000}\n", ["stacks/Pulumi.mine.yaml: has maps or lists one in the other"]),
        (f"config: {'{a: ' * 3000}1{'}' * 3000}\n", ["stacks/Pulumi.mine.yaml: has maps or lists one in the other"]),
        (b"config: \xff\n", ["stacks/Pulumi.mine.yaml: is not UTF-8"]),
        ("config: {realip:app: {port: !!int x}}\n", ["stacks/Pulumi.mine.yaml"]),
        ("---\nconfig: {}\n---\nconfig: {}\n", ["stacks/Pulumi.mine.yaml, line 3"]),
    ],
)
def test_a_stack_file_that_cannot_be_used_is_told_with_its_line(
    text: str | bytes, said: list[str], realip: Realip, project: Path
) -> None:
    stack_file(project, text)
    refused(realip("preview", "mine"), *said)


def test_a_stack_file_that_cannot_be_read_is_told(realip: Realip, project: Path) -> None:
    (project / "stacks" / "Pulumi.mine.yaml").mkdir()
    refused(realip("preview", "mine"), "stacks/Pulumi.mine.yaml: cannot be read")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- x\n", "Pulumi.yaml: is not a Pulumi project"),
        ("description: x\n", "Pulumi.yaml: is not a Pulumi project"),
        ("name: x\nconfig: [a]\n", "Pulumi.yaml: config must be a map"),
        ("name: {\n", "Pulumi.yaml, line 2"),
    ],
)
def test_a_project_file_that_cannot_be_used_is_told(text: str, said: str, realip: Realip, project: Path) -> None:
    (project / "Pulumi.yaml").write_text(text)
    refused(realip("preview"), said)


@pytest.mark.parametrize("command", [*COMMANDS, "diff"])
def test_all_wrong_settings_come_together_with_their_paths(command: str, process: Realip, project: Path) -> None:
    stack_file(
        project,
        "config:\n"
        "  realip:network: {cidr: 10.0.0.1/16, zones: []}\n"
        "  realip:app: {port: 70000, replicas: 0, imgae: x}\n"
        "  realip:cluster: {version: 1.30}\n"
        "  realip:clutser: {}\n",
    )
    others = ["vpc-cni-direct-native"] if command == "diff" else []
    run = process(command, *others, "mine")
    refused(run, "stacks/Pulumi.mine.yaml: ", "network.cidr", "network.zones", "app.port = 70000", "app.replicas = 0")
    refused(
        run, "app.imgae", "did you mean image?", "cluster.version = 1.3", "quote it", "clutser", "did you mean cluster?"
    )


def test_an_encrypted_value_is_named_with_a_way_to_stand_in_for_it(realip: Realip, project: Path) -> None:
    text = (project / "stacks" / "Pulumi.vpc-cni-direct-native.yaml").read_text()
    stack_file(project, f"{text}  realip:app: {{env: {{TOKEN: {{secure: AAAB}}}}}}\n")
    refused(realip("preview", "mine"), "realip:app.env.TOKEN is encrypted", "--config 'realip:app.env.TOKEN=...'")
    assert realip("preview", "mine", "--config", "app.env.TOKEN=stand-in").code == 0


def test_a_secret_that_an_update_would_refuse_is_refused_with_a_stand_in_too(realip: Realip, project: Path) -> None:
    text = (project / "stacks" / "Pulumi.vpc-cni-direct-native.yaml").read_text()
    stack_file(project, f"{text}  realip:tags: {{owner: {{secure: AAAB}}}}\n")
    refused(realip("preview", "mine", "--config", "tags.owner=me"), 'tags = "[secret]"', "without --secret")


@pytest.mark.parametrize("key", ["tencentcloud:secretKey", "tencentcloud:secretId", "kubernetes:kubeconfig"])
def test_a_credential_in_plain_text_is_refused_and_not_shown(key: str, realip: Realip, project: Path) -> None:
    text = (project / "stacks" / "Pulumi.vpc-cni-direct-native.yaml").read_text()
    stack_file(project, f"{text}  {key}: Gu5tHunter2\n")
    run = realip("preview", "mine")
    refused(run, key, "credential in plain text", "remove it and set")
    assert "Hunter2" not in run.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("config: {relip:app: {port: 8080}}\n", ["relip:app", "did you mean realip:app?"]),
        ("config: {RealIP:access: {}}\n", ["RealIP:access", "did you mean realip:access?"]),
        ("config: {}\nrealip:app: {port: 8080}\n", ["line 2", "realip:app", "beside config", "indent"]),
        ("confgi: {}\n", ["confgi", "did you mean config?"]),
        ("config: {}\nenvironment: [mine]\n", ["environment", "ESC"]),
    ],
)
def test_a_key_that_nothing_reads_is_told_by_name(text: str, words: list[str], realip: Realip, project: Path) -> None:
    stack_file(project, text)
    refused(realip("preview", "mine"), *words)


def test_a_key_of_another_program_is_told_and_stops_nothing(realip: Realip, project: Path) -> None:
    text = (project / "stacks" / "Pulumi.vpc-cni-direct-native.yaml").read_text()
    stack_file(project, f"{text}  aws:region: eu-west-1\n  pulumi:tags: {{a: b}}\n")
    run = realip("preview", "mine")
    assert run.code == 0
    assert "aws:region: is not read by realip" in run.out + run.err
    assert "pulumi:tags" not in run.out + run.err


@pytest.mark.parametrize(
    "argument",
    [
        "app.port",
        "=1",
        ".port=1",
        "app..port=1",
        "app.=1",
        "[0]=1",
        "app[=1",
        'app["x=1',
        "app port=1",
        "app[x]=1",
        "app[0]x=1",
    ],
)
def test_a_config_argument_that_is_no_path_and_value_is_told_with_examples(argument: str, realip: Realip) -> None:
    refused(realip("preview", "--config", argument), f"--config {argument!r}", "app.port=8080")


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("app.port={", "the value is not YAML"),
        ("app.port=\x07", "the value is not YAML"),
        ("app={a: 1, a: 2}", "'a' twice"),
        ("network.zones[5]=x", "has 2 entries, so [2] is the next one"),
        ("network.zones.x=1", "there is no 'x' in a list"),
        ("app[0]=1", "there is no [0] in a map"),
        ("scenario.x=1", "there is no 'x' in 'vpc-cni-direct-native'"),
    ],
)
def test_a_config_argument_that_fits_nowhere_is_told(argument: str, said: str, realip: Realip, project: Path) -> None:
    text = (project / "stacks" / "Pulumi.vpc-cni-direct-native.yaml").read_text()
    stack_file(project, f"{text}  realip:app: {{port: 80}}\n")
    refused(realip("preview", "mine", "--config", argument), said)


def test_an_unknown_command_is_told_by_name(realip: Realip) -> None:
    refused(realip("preveiw"), "preveiw", "preview")


def test_a_reader_that_leaves_early_is_no_failure(project: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    command = f"'{sys.executable}' -m realip preview --json | head -c 10"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=project,
        env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, '{\n  "proje', "")


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("x = 1 / 0\n", "__main__.py, line 1: the program failed: ZeroDivisionError"),
        ("import pulumi\n\nraise pulumi.RunError('no, because')\n", "realip: no, because\n"),
        ("def f(:\n", "__main__.py, line 1: the program failed: SyntaxError"),
        (
            "import pulumi\npulumi.Output.from_input(1).apply(lambda x: x / 0)\n",
            "the program failed: ZeroDivisionError",
        ),
        (
            "import tencentcloud_iac_pulumi as t\nt.kubernetes.get_clusters()\n",
            "asks a provider for tencentcloud:Kubernetes/getClusters",
        ),
        (
            "import pulumi_kubernetes as k\nfor _ in range(2):\n    k.core.v1.ConfigMap('same')\n",
            "two resources have the name 'same'",
        ),
        (
            "from realip import DirectService\nDirectService('x', {'service': 'x', 'selector': {'app': 'x'}, 'port': 80, 'target_port': 80})\n",
            "DirectService 'x': opts: has no Kubernetes provider",
        ),
    ],
)
def test_a_program_that_fails_is_told_with_the_place_and_nothing_else(
    program: str, said: str, process: Realip, project: Path
) -> None:
    (project / "__main__.py").write_text(program)
    run = process("render")
    refused(run, said)
    assert len(run.err.splitlines()) == 1


def test_a_project_without_its_program_is_told(realip: Realip, project: Path) -> None:
    (project / "__main__.py").unlink()
    refused(realip("preview"), "__main__.py: there is no such program")


@pytest.mark.parametrize("key", ["secretKey", "secretId", "securityToken"])
def test_a_plain_credential_in_a_stack_file_is_refused_without_showing_it(
    key: str, project: Path, realip: Realip
) -> None:
    file = project / "stacks" / "Pulumi.vpc-cni-direct-native.yaml"
    file.write_text(file.read_text().replace("config:\n", f"config:\n  tencentcloud:{key}: Gu5tHunter2\n", 1))
    run = realip("preview")
    assert (run.code, run.out) == (2, "")
    for word in (file.name, f"tencentcloud:{key} = ", "[secret]", "plain text", "--secret"):
        assert word in run.err
    assert "Gu5tHunter2" not in run.err


def test_an_encrypted_credential_of_a_provider_needs_no_stand_in_offline(project: Path, realip: Realip) -> None:
    file = project / "stacks" / "Pulumi.vpc-cni-direct-native.yaml"
    secure = "config:\n  tencentcloud:secretKey:\n    secure: v1:abc\n"
    file.write_text(file.read_text().replace("config:\n", secure, 1))
    assert realip("preview").code == 0
