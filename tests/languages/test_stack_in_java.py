"""A whole stack in Java, for which no project is written and no SDK can be generated here: the component's class is by hand."""

import shutil
from pathlib import Path

from tests.engine.driver import world
from tests.languages.conftest import KNOWN, Example, compiled, with_plugin
from tests.languages.stacks import lives

SOURCE = Path(__file__).parent / "stack_in_java"


def test_a_whole_stack_lives_in_java_with_a_section_as_an_output_and_arguments_left_unset(
    tmp_path: Path, pulumi: Path, plugin: Path, in_python: set[tuple[str, str]]
) -> None:
    """An argument that nobody sets is null in Java: its SDK must not say so to the component."""
    project = tmp_path / "project"
    shutil.copytree(SOURCE, project)
    with_plugin(project, plugin)
    compiled("java", project)
    with world() as surroundings:
        stack = Example(tmp_path, "dev", surroundings, pulumi, language=KNOWN["java"][0])
        stack.init()
        stack.configure({"tencentcloud:region": "ap-guangzhou"})
        assert lives(stack) == in_python
