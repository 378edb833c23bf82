"""A file that was moved, deleted or replaced is noticed, and one whose file system only falters is not taken for one."""

from pathlib import Path

import pytest

from linli.errors import FileMoved
from linli.store.opened_file import OpenedFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "care.db"
    made.write_bytes(b"ours")
    return made


@pytest.fixture
def file(path: Path) -> OpenedFile:
    made = OpenedFile(path)
    made.opened()
    return made


def _replace(path: Path) -> None:
    other = path.with_name("other.db")
    other.write_bytes(b"another's")
    other.replace(path)


@pytest.mark.parametrize("act", [Path.unlink, _replace], ids=["deleted", "replaced"])
def test_what_is_not_there_at_two_looks_is_gone(path: Path, file: OpenedFile, act: object) -> None:
    assert callable(act)
    act(path)

    assert [file.look(), file.look()] == [False, True]
    with pytest.raises(FileMoved, match="care.db was moved"):
        file.expect()


def test_what_is_written_is_the_same_file(path: Path, file: OpenedFile) -> None:
    path.write_bytes(b"ours, and more")

    assert [file.look(), file.look()] == [False, False]
    file.expect()


def test_what_is_back_at_the_second_look_was_never_gone(path: Path, file: OpenedFile) -> None:
    aside = path.rename(path.with_name("aside.db"))
    looks = [file.look()]
    aside.rename(path)

    assert [*looks, file.look(), file.look()] == [False, False, False]


def test_another_file_at_each_look_says_nothing(path: Path, file: OpenedFile) -> None:
    """As where a file system numbers its files anew."""
    kept = []
    for number in range(4):
        kept.append(path.rename(path.with_name(f"{number}.db")))  # so that its number is not used again
        _replace(path)
        assert not file.look()


def test_a_file_system_that_does_not_answer_says_nothing(path: Path, file: OpenedFile) -> None:
    aside = path.rename(path.with_name("aside.db"))
    path.symlink_to(path)
    looks = [file.look(), file.look()]
    aside.replace(path)

    assert [*looks, file.look(), file.look()] == [False] * 4


def test_once_gone_it_stays_so_as_its_number_may_be_used_again(path: Path, file: OpenedFile) -> None:
    aside = path.rename(path.with_name("aside.db"))
    file.look()
    file.look()
    aside.rename(path)

    assert file.look()
    with pytest.raises(FileMoved):
        file.opened()


def test_a_file_that_is_not_there_yet_is_expected(tmp_path: Path) -> None:
    file = OpenedFile(tmp_path / "care.db")

    file.expect()
    file.path.touch()
    assert [file.look(), file.look()] == [False, False]
