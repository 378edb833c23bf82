"""Names that are plainly examples: forms of address without given names, and 甲乙丙丁, the John Does of Chinese."""

from collections.abc import Iterator
from random import Random

SURNAMES = "陈李何周王张刘赵孙吴郑冯褚卫蒋沈韩杨朱秦许吕施孔曹"
TITLES = ("阿姨", "奶奶", "爷爷", "伯伯")
STEMS = "甲乙丙丁戊己庚辛壬癸"
FIRST_RESIDENT = "陈阿姨"


def residents(chance: Random) -> list[str]:
    """Return a hundred forms of address in a shuffled order that begins with the same one everywhere."""
    names = [surname + title for surname in SURNAMES for title in TITLES]
    names.remove(FIRST_RESIDENT)
    chance.shuffle(names)
    return [FIRST_RESIDENT, *names]


def helpers(chance: Random) -> Iterator[str]:
    """Yield a surname with a stem of the calendar, 刘甲, 孙丙, over and over in a shuffled order."""
    names = [surname + stem for surname in SURNAMES for stem in STEMS]
    chance.shuffle(names)
    while True:
        yield from names
