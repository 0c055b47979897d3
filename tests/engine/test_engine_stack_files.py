"""Stack files are to the offline commands what they are to the engine: its own loader, built here, is asked."""

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import tools
from realip.errors import InputError
from realip.offline.dialect import read_yaml
from realip.offline.stackfile import read_stack

TABLE = Path(__file__).parents[1] / "offline/loader_table.json"
REFUSED = "error"
SEED, WORDS = 20, 4000


@pytest.fixture(scope="module")
def loader() -> Path:
    """The program that asks the engine's loader."""
    try:
        return tools.locate("stackfile")
    except tools.ToolMissing as missing:
        pytest.fail(f"{missing}\nThe engine's tests need it: make tools", pytrace=False)


def _words(loader: Path, words: list[str]) -> dict[str, str]:
    done = subprocess.run(
        [loader, "words"], input=json.dumps(words), capture_output=True, text=True, check=True, timeout=60
    )
    answers: dict[str, str] = json.loads(done.stdout)
    return answers


def _stack(loader: Path, folder: Path, name: str) -> dict[str, Any]:
    done = subprocess.run([loader, "stack", folder, name], capture_output=True, text=True, check=True, timeout=60)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_the_table_is_what_the_engines_loader_says(loader: Path) -> None:
    table = json.loads(TABLE.read_text("utf-8"))
    assert _words(loader, list(table)) == table


_LETTERS = 5 * "0123456789" + 2 * "._-+e" + "abfxoXBOETZ:~ynYN<"


def _random_words() -> list[str]:
    """Words of the letters that numbers, dates and the like are made of; none that is more than one value of a map."""
    chosen = random.Random(SEED)  # noqa: S311 - words, not keys
    found: set[str] = set()
    while len(found) < WORDS:
        word = "".join(chosen.choice(_LETTERS) for _ in range(chosen.randint(1, 7)))
        if not word.endswith(":"):
            found.add(word)
    return sorted(found)


def test_no_word_is_taken_for_another_value_than_the_engine_takes_it_for(loader: Path) -> None:
    answers, numbers = _words(loader, _random_words()), 0
    for word, answer in answers.items():
        try:
            found = read_yaml(f"{{v: {word}}}")["v"]
        except yaml.YAMLError:
            assert answer == REFUSED or " +0000 UTC" in answer, (
                f"{word} is refused, and the engine takes it for {answer}"
            )
            continue
        wanted = json.loads(answer)["v"]
        if type(found) is int and type(wanted) is int and abs(wanted) > 2**53:
            wanted, found = float(wanted), float(found)  # JSON of Go has 17 digits of it
        assert (found, type(found)) == (wanted, type(wanted)), word
        numbers += isinstance(wanted, int | float)
    assert numbers > WORDS / 10, "there is hardly a number among the words"


FILES = {
    "values": "config:\n  o:t: a\n  o:b: true\n  o:n: 1\n  o:f: 1.5\n  o:l: [1, b, null]\n  o:m: {a: null, b: x}\n  p: 5\n  o:e: ''\n",
    "nothing behind a key": "config:\n  o:gone:\n  o:there: 1\n",
    "a mark first": "\ufeffconfig:\n  o:a: 1\n",
    "beside config": "config:\n  o:a: 1\nencryptionsalt: v1:x\n",
    "aliases": "config:\n  o:a: &a {x: 1}\n  o:b: {<<: *a, y: 2}\n  o:c: [*a, *a]\n",
    "text over lines": "config:\n  o:a: |\n    one\n    two\n  o:b: >-\n    three\n    four\n",
    "flow": 'config: {"o:a": "\\u00e9", o:b: [0x10, 1e3]}\n',
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("ending", ["yaml", "yml"])
def test_a_whole_file_gives_a_program_what_the_engine_gives_it(
    loader: Path, tmp_path: Path, name: str, ending: str
) -> None:
    (tmp_path / f"Pulumi.{ending}").write_text("name: p\nruntime: python\nstackConfigDir: stacks\n")
    (tmp_path / "stacks").mkdir()
    for each in ("yaml", "yml"):
        text = FILES[name] if each == ending else "config:\n  o:other: 1\n"
        (tmp_path / f"stacks/Pulumi.mine.{each}").write_text(text)
    answer, found = _stack(loader, tmp_path, "mine"), read_stack("mine", folder=tmp_path)
    assert answer["file"] == found.path.name
    assert _decoded(found.configuration) == _decoded(answer["configuration"])


@pytest.mark.parametrize(
    "text", ["config:\n  a:b:c: 1\n", "config:\n  o:a: 1\n  o:a: 2\n", "config: [1]\n", "config:\n  o:a: {b: .inf}\n"]
)
def test_a_file_that_the_engine_refuses_is_refused(loader: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: p\nruntime: python\n")
    (tmp_path / "Pulumi.mine.yaml").write_text(text)
    assert _stack(loader, tmp_path, "mine")["configuration"] == REFUSED
    with pytest.raises(InputError):
        read_stack("mine", folder=tmp_path)


def _decoded(configuration: Any) -> dict[str, Any]:
    """Values as a program decodes them: JSON may be written with blanks or without."""
    assert configuration != REFUSED
    return {key: json.loads(value) if value.startswith(("[", "{")) else value for key, value in configuration.items()}
