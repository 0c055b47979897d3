"""A run of tests leaves no files behind, not even one that was killed."""

import os
import subprocess
import tempfile
from pathlib import Path

from tests.support.temporary import PREFIX, clear_away


def test_what_a_killed_run_left_is_gone_with_the_next_and_nobody_elses_files_are(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    for name in (f"{PREFIX}{ended.pid}-abc", f"{PREFIX}{os.getpid()}-abc", f"{PREFIX}mine", f"tmp{ended.pid}"):
        (tmp_path / name).mkdir()
    (tmp_path / f"{PREFIX}{ended.pid}-abc/key.pem").write_text("half made")
    clear_away(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"{PREFIX}{os.getpid()}-abc", f"{PREFIX}mine", f"tmp{ended.pid}"}


def test_everything_temporary_of_a_run_is_in_its_folder() -> None:
    folder = Path(tempfile.gettempdir())
    assert folder.name.startswith(PREFIX)
    assert os.environ["TMPDIR"] == str(folder)
