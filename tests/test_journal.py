"""The journal's file: what was written is read back, what was cut short or spoilt costs only itself, and room is kept."""

import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.journal import RESERVE, Journal, JournalFile, JournalLost, entry_of, line_of

ONE, TWO, THREE = b'{"one":1}', b'{"two":2}', b'{"three":3}'
ROOM = 4096


def opened(folder: Path, *, reserve: int = ROOM) -> tuple[JournalFile, list[bytes]]:
    """Return a file and what it held."""
    file = JournalFile(folder, reserve=reserve)
    return file, file.open()


def written(folder: Path, *entries: bytes) -> Path:
    """Return a journal's path with these entries in it, as a linli that was killed leaves it."""
    file, _ = opened(folder)
    file.append(entries)
    file.close()
    return file.path


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """Let the system refuse to write beyond so many bytes of any file, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@given(st.binary(max_size=300).filter(lambda entry: b"\n" not in entry))
def test_a_line_holds_its_entry(entry: bytes) -> None:
    assert entry_of(line_of(entry).removesuffix(b"\n")) == entry


@given(st.integers(min_value=0, max_value=len(line_of(ONE)) - 2), st.integers(min_value=1, max_value=255))
def test_a_line_of_which_one_byte_was_spoilt_is_not_believed(place: int, change: int) -> None:
    line = bytearray(line_of(ONE).removesuffix(b"\n"))
    line[place] ^= change

    assert entry_of(bytes(line)) is None


def test_what_was_written_is_read_back_by_the_next_run(tmp_path: Path) -> None:
    written(tmp_path, ONE, TWO)

    assert opened(tmp_path)[1] == [ONE, TWO]


@pytest.mark.parametrize("cut", range(1, len(line_of(THREE))))
def test_wherever_the_last_line_was_cut_the_others_stand_and_new_ones_follow(tmp_path: Path, cut: int) -> None:
    path = written(tmp_path, ONE, TWO, THREE)
    end = len(path.read_bytes().rstrip(b"\0"))
    with path.open("rb+") as file:
        file.seek(end - cut)
        file.write(b"\0" * cut)

    again, entries = opened(tmp_path)
    again.append([THREE])
    again.close()

    # without only its line's end, the last entry is whole
    assert entries == ([ONE, TWO, THREE] if cut == 1 else [ONE, TWO])
    assert again.damaged == (cut not in {1, len(line_of(THREE))})
    assert opened(tmp_path)[1] == [*entries, THREE]


def test_a_spoilt_line_in_the_middle_costs_only_itself(tmp_path: Path) -> None:
    path = written(tmp_path, ONE, TWO, THREE)
    path.write_bytes(path.read_bytes().replace(b'"two":2', b'"two":3'))

    file, entries = opened(tmp_path)

    assert entries == [ONE, THREE]
    assert file.damaged == 1


def test_the_file_takes_its_room_from_the_start_and_keeps_it(tmp_path: Path) -> None:
    file, _ = opened(tmp_path, reserve=RESERVE)
    assert file.path.stat().st_blocks * 512 >= RESERVE

    file.append([ONE] * 10)
    assert file.path.stat().st_size == RESERVE
    file.empty()

    assert file.path.stat().st_size == RESERVE
    assert file.path.stat().st_blocks * 512 >= RESERVE
    assert file.has_room


def test_on_a_full_disk_it_writes_into_the_room_that_it_kept(tmp_path: Path) -> None:
    file, _ = opened(tmp_path)

    with files_no_longer_than(ROOM):
        file.append([ONE, TWO])
        with pytest.raises(OSError, match="too large"):
            file.append([THREE] * ROOM)
        file.append([THREE])
    file.close()

    assert opened(tmp_path)[1] == [ONE, TWO, THREE]


def test_what_grew_beyond_its_room_shrinks_when_all_is_forgotten(tmp_path: Path) -> None:
    file, _ = opened(tmp_path)
    file.append([ONE] * ROOM)
    assert file.path.stat().st_size > ROOM

    file.empty()
    file.append([TWO])
    file.close()

    assert file.path.stat().st_size == ROOM
    assert opened(tmp_path)[1] == [TWO]


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = written(tmp_path / "journal", ONE)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").touch()
    (tmp_path / "journal").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="symbolic"):
        opened(tmp_path)


# Several places


def test_when_the_first_place_is_full_the_second_takes_over_and_both_are_read(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    journal = Journal([first, second], reserve=64)
    assert journal.open() == []
    journal.append([ONE, ONE])
    before = (second / "journal").stat().st_size
    os.truncate(second / "journal", 0)  # so that the limit below meets only the first

    with files_no_longer_than(64):
        journal.append([TWO * 3])
    journal.close()

    assert before == 64
    assert str(first) in journal.wrong
    assert Journal([first, second], reserve=64).open() == [ONE, ONE, TWO * 3]


def test_a_second_place_that_was_never_needed_is_left_as_it_was_found(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    journal = Journal([first, second], reserve=64)
    journal.open()
    journal.append([ONE])
    journal.close()

    assert not second.exists()
    assert Journal([first, second], reserve=64).open() == [ONE]


def test_when_no_place_takes_anything_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    journal = Journal([tmp_path / "file"])

    assert journal.open() == []
    with pytest.raises(JournalLost, match="file"):
        journal.append([ONE])


def test_a_folder_that_others_may_write_to_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o777)
    journal = Journal([tmp_path / "shared"])
    journal.open()

    assert "somebody else" in journal.wrong


def test_a_journal_that_could_not_keep_its_room_says_so_and_still_writes(tmp_path: Path) -> None:
    journal = Journal([tmp_path], reserve=ROOM)

    with files_no_longer_than(ROOM // 2):
        journal.open()
        journal.append([ONE])
    journal.close()

    assert "no room" in journal.wrong
    assert Journal([tmp_path], reserve=ROOM).open() == [ONE]


def test_once_all_is_forgotten_every_place_is_tried_again(tmp_path: Path) -> None:
    journal = Journal([tmp_path], reserve=64)
    journal.open()
    with files_no_longer_than(64), pytest.raises(JournalLost):
        journal.append([ONE * 20])

    journal.empty()
    journal.append([TWO])
    journal.close()

    assert journal.wrong == ""
    assert Journal([tmp_path], reserve=64).open() == [TWO]
