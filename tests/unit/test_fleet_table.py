"""The fleet example's table: what is wrong with it is told before any stack is touched, all at once."""

import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples/fleet"


@pytest.fixture
def fleet_table(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(EXAMPLE))
    import fleet_table  # noqa: PLC0415 - found beside the program, as there

    return fleet_table


@pytest.fixture
def refused(fleet_table: ModuleType, tmp_path: Path) -> "Refused":
    return Refused(fleet_table, tmp_path / "fleet.yaml")


class Refused:
    """The lines with which a table is refused."""

    def __init__(self, module: ModuleType, file: Path) -> None:
        self._module, self._file = module, file

    def __call__(self, text: str) -> list[str]:
        self._file.write_text(text)
        with pytest.raises(self._module.TableError) as error:
            self._module.read(self._file)
        return str(error.value).splitlines()


def test_everything_that_is_wrong_is_told_at_once(refused: Refused) -> None:
    said = refused(
        """
clusters:
  guangzhou: {id: cls-aaaaaaaa}
  twin: {id: cls-aaaaaaaa}
  nowhere: {id: gz-1, kubeconfig: none.yaml}
apps:
  cart: {image: "", targetPort: 0}
  search: {image: a/b:1, targetPort: 8080, clusters: [guangzou, guangzhou, guangzhou]}
  Shop: {image: a/b:1, targetPort: "8080", replica: 3}
  late: {image: a/b:1, targetPort: true}
verify: {expect: [198.51.100.300]}
"""
    )
    assert [line.partition(": ")[2] for line in said] == [
        'clusters.twin.id = "cls-aaaaaaaa": is the id of guangzhou, too; list a cluster once',
        'clusters.nowhere.id = "gz-1": is no cluster\'s id; write cls- and eight letters or digits',
        'clusters.nowhere.kubeconfig = "none.yaml": is no file beside the table; write its path, or leave it out',
        'apps.Shop = "Shop": is no name; write up to 32 small letters, digits and hyphens',
        'apps.cart.image = "": is no image; write one as in example.com/shop/cart:2.3.1',
        "apps.cart.targetPort = 0: is no whole number from 1 to 65535",
        'apps.search.clusters[0] = "guangzou": is no cluster of the table; did you mean guangzhou?',
        'apps.search.clusters[2] = "guangzhou": stands twice; leave one out',
        "apps.Shop.replica = 3: is unknown; did you mean replicas?",
        'apps.Shop.targetPort = "8080": is no whole number from 1 to 65535',
        "apps.late.targetPort = true: is no whole number from 1 to 65535",
        'verify.expect[0] = "198.51.100.300": is no IP address; write one as in 203.0.113.7',
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has to be a mapping"),
        ("[]", "has to be a mapping"),
        ("clusters: {a: {id: cls-aaaaaaaa}}", "apps is missing: it has to name at least one"),
        ("clusters: {a: {id: cls-aaaaaaaa}}\napps: {b: null}", "apps.b is missing: it has to be a mapping"),
        ("apps: {a: {image: x, targetPort: 1}, a: {image: y, targetPort: 1}}", "'a' stands twice"),
        (
            "clusters: {a: {id: cls-aaaaaaaa, kubeconfig: 5}}\napps: {b: {image: x, targetPort: 1}}",
            "kubeconfig = 5: is no file",
        ),
        ("clusters: {a: {id: cls-aaaaaaaa, kubeconfig: [a]}}\napps: {b: {image: x, targetPort: 1}}", "is no file"),
        ("clusters: {a: {id: {2026-01-01: 1}}}\napps: {b: {image: x, targetPort: 1}}", "is no cluster's id"),
        ("clusters: {a: {id: &a [*a]}}\napps: {b: {image: x, targetPort: 1}}", "is no cluster's id"),
        ("!!map [a]", "has to be a mapping"),
        ("[" * 3000, "is nested too deeply"),
        ("clusters: {", "while parsing"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(refused: Refused, text: str, words: str) -> None:
    assert words in "\n".join(refused(text))


def test_a_table_that_is_not_there_is_named(fleet_table: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(fleet_table.TableError, match=r"fleet\.yaml: .*No such file"):
        fleet_table.read(tmp_path / "fleet.yaml")


def test_an_app_runs_on_all_clusters_or_on_those_that_it_names(fleet_table: ModuleType) -> None:
    rows = {row.stack: row for row in fleet_table.read(EXAMPLE / "fleet.yaml").rows}
    assert set(rows) == {"guangzhou.cart", "shanghai.cart", "guangzhou.search", "shanghai.search", "shanghai.payment"}
    assert (rows["guangzhou.cart"].port, rows["shanghai.payment"].port) == (80, 8443)
    assert (rows["guangzhou.cart"].replicas, rows["guangzhou.search"].replicas) == (2, 4)


def test_a_changed_row_is_not_taken_for_one_that_is_done(
    fleet_table: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (EXAMPLE / "fleet.yaml").read_text()
    file = tmp_path / "fleet.yaml"

    def fingerprints(content: str) -> dict[str, str]:
        file.write_text(content)
        return {row.stack: row.fingerprint for row in fleet_table.read(file).rows}

    before = fingerprints(text)
    assert fingerprints(f"# Another comment.\n{text}") == before
    after = fingerprints(text.replace("replicas: 4", "replicas: 5"))
    assert {stack for stack in before if before[stack] != after[stack]} == {"guangzhou.search", "shanghai.search"}
    monkeypatch.setattr("realip.__version__", "999.0")
    assert all(newer != before[stack] for stack, newer in fingerprints(text).items())


def test_whatever_breaks_in_one_stack_is_a_line_of_the_table_and_no_other_stacks_matter(
    fleet_table: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLE))
    import fleet  # noqa: PLC0415 - found beside the table

    table = fleet_table.read(EXAMPLE / "fleet.yaml")
    working = fleet.Fleet(
        table, everything=False, verifies=True, timeout=1.0, stopped=threading.Event(), selecting=threading.Lock()
    )

    def work(row: Any) -> Any:
        if row.stack == "shanghai.cart":
            raise ZeroDivisionError("something that nobody thought of")
        return fleet.Result(row.stack, fleet.State.DONE)

    results = fleet.run(working, table.rows, work, at_once=2)
    fleet.show(results)
    assert [result.stack for result in results if result.state is not fleet.State.DONE] == ["shanghai.cart"]
    assert len(results) == len(table.rows)
    assert fleet.exit_code(results, interrupted=False) == 1
    assert "ZeroDivisionError: something that nobody thought of" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["up", "--at-once", "0"], "--at-once 0: write a number from 1 to 32"),
        (["up", "--only", "nowhere.*"], "--only nowhere.*: no stack of the table is called so"),
        (["up"], "there is no pulumi on PATH"),
        (["deploy"], "invalid choice"),
    ],
)
def test_bad_use_is_refused_before_anything_starts(tmp_path: Path, arguments: list[str], words: str) -> None:
    if "--only" in arguments:
        (tmp_path / "pulumi").touch(mode=0o755)
    done = subprocess.run(
        [sys.executable, EXAMPLE / "fleet.py", *arguments],
        env={"PATH": str(tmp_path), "PYTHONPATH": str(EXAMPLE.parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_key_that_says_nothing_of_what_may_be_left_out_is_as_if_it_were(
    fleet_table: ModuleType, tmp_path: Path
) -> None:
    file = tmp_path / "fleet.yaml"
    for said in ("verify:", "verify: {expect: }"):
        file.write_text(f"clusters: {{a: {{id: cls-aaaaaaaa}}}}\napps: {{b: {{image: x, targetPort: 1}}}}\n{said}\n")
        assert fleet_table.read(file).expect == ()


def test_a_row_is_the_same_in_every_checkout(fleet_table: ModuleType, tmp_path: Path) -> None:
    """What one machine has done, another one does not do again."""
    found = set()
    for place in ("here", "there"):
        file = tmp_path / place / "fleet.yaml"
        file.parent.mkdir()
        file.with_name("a.kubeconfig").write_text("x")
        file.write_text(
            "clusters: {a: {id: cls-aaaaaaaa, kubeconfig: a.kubeconfig}}\napps: {b: {image: x, targetPort: 1}}\n"
        )
        (row,) = fleet_table.read(file).rows
        found.add(row.fingerprint)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("destroy", "--only", ""), "--only '': is empty"),
        (("up", "--timeout", "0"), "--timeout 0: write seconds"),
        (("up", "--timeout", "nan"), "--timeout nan: write seconds"),
        (("up", "--timeout", "inf"), "--timeout inf: write seconds"),
        (("up", "--at-once", "0"), "--at-once 0: write a number"),
    ],
)
def test_a_wrong_option_starts_nothing(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    """An unset variable of a shell is no pattern that every stack matches."""
    done = subprocess.run(
        [sys.executable, EXAMPLE / "fleet.py", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PATH": str(tmp_path), "PYTHONPATH": str(EXAMPLE.parents[1])},
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
