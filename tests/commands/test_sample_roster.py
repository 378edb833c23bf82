"""`linli simulate --roster`: a sample to fill in, which is never written over what somebody has filled in."""

from pathlib import Path

import pytest

from linli.commands.simulate import write_roster
from linli.errors import LinliError
from tests.simulators.homes import willow


def test_a_roster_that_somebody_has_filled_in_is_not_written_over(tmp_path: Path) -> None:
    write_roster(willow(2), tmp_path)
    write_roster(willow(2), tmp_path)
    people = tmp_path / "people.csv"
    filled_in = people.read_text(encoding="utf-8").replace("willow", "garden")
    people.write_text(filled_in, encoding="utf-8")
    (tmp_path / "homes.csv").unlink()

    with pytest.raises(LinliError, match="says something else; name another folder"):
        write_roster(willow(2), tmp_path)
    assert people.read_text(encoding="utf-8") == filled_in
    assert not (tmp_path / "homes.csv").exists()
