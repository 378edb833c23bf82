"""Where a home is, in Chinese: parts stand side by side, but words of another script keep apart."""

import pytest

from dashboard.places import address
from linli.people import Home


@pytest.mark.parametrize(
    ("building", "unit", "door", "said"),
    [
        ("3", "2", "502", "3号楼2单元 502"),
        ("Oak House", "A", "1", "Oak House A 1"),
        ("Oak House", "2", "1", "Oak House 2单元 1"),
        ("柳荫楼", "东", "101", "柳荫楼东 101"),
        ("3", "A", "", "3号楼A"),
        ("Oak House", "", "1", "Oak House 1"),
        ("", "", "502", "502"),
        ("", "", "", "h"),
    ],
)
def test_an_address_in_chinese_keeps_words_apart(building: str, unit: str, door: str, said: str) -> None:
    assert address(Home("h", "s", building, unit, door=door), "zh") == said
