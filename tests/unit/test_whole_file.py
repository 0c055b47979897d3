"""A report's file is written whole or not at all."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from realip.errors import InputError
from realip.whole_file import WholeFile


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file may grow beyond a kilobyte, which fails as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_disk")
def test_a_disk_that_fills_up_leaves_what_was_there(tmp_path: Path) -> None:
    old = tmp_path / "report.html"
    old.write_text("old")
    with pytest.raises(InputError, match=r"^--html .*report.html': cannot be written: File too large$"):
        WholeFile(str(old), "--html").write("new" * 1000)
    assert old.read_text() == "old"
    assert list(tmp_path.iterdir()) == [old]


def test_a_new_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("")
    WholeFile(str(tmp_path / "new"), "--html").write("text\n")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "other").stat().st_mode
    assert (tmp_path / "new").read_bytes() == b"text\n"


def test_asking_whether_a_file_can_be_written_changes_nothing(tmp_path: Path) -> None:
    old = tmp_path / "report.html"
    old.write_text("old")
    WholeFile(str(old), "--html")
    WholeFile(str(tmp_path / "new.html"), "--html")
    assert old.read_text() == "old"
    assert list(tmp_path.iterdir()) == [old]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another user's link")
def test_a_stranger_s_link_in_a_folder_of_everybody_leads_nowhere(tmp_path: Path) -> None:
    """Whoever guesses the name of a report in /tmp would have us overwrite any file of ours."""
    everybody, kept = tmp_path / "everybody", tmp_path / "kept"
    everybody.mkdir()
    everybody.chmod(0o1777)
    kept.write_text("mine")
    link = everybody / "report.html"
    link.symlink_to(kept)
    WholeFile(str(link), "--html").write("new")
    assert (link.is_symlink(), kept.read_text()) == (True, "new")
    os.lchown(link, 65534, 65534)
    with pytest.raises(InputError, match="a link that somebody else has put"):
        WholeFile(str(link), "--html")
    everybody.chmod(0o755)
    WholeFile(str(link), "--html")
