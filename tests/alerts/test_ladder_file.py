"""A ladder file means one thing: what is written reads back the same, and what cannot be kept is refused by its line."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import site_ladders
from alerts.ladder_file import BadLadder, Ladders, load, read, reading, rules, statements, written
from alerts.ladder_file.lengths import length_of, written_length
from alerts.ladders import BUILT_IN, Section
from alerts.site_ladders import SiteLadders
from linli.alert import AlertKind, Ladder, Rung, Severity
from linli.clock import VirtualClock
from linli.health import Health
from linli.people import Role
from linli.words import Sentence, catalogue, say
from tests.cast import EIGHT, GARDEN, MEI, RIVER

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=count) for count in (1, 60, 3600, 86400))
DOC = Path(__file__).resolve().parents[2] / "docs" / "ladders.md"

STAFF_ONLY = """\
notice:
  at once call staff
  then again every 2 h
  be there within 3 h
"""
EMERGENCY = """\
emergency:
  at once call the 5 nearest volunteers, replace who is silent for 20 s
  after 90 s call staff
  then again every 3 min
  be there within 10 min
  goal 30 min, limit 60 min
"""


def lengths(least: timedelta, most: timedelta) -> st.SearchStrategy[timedelta]:
    return st.integers(round(least.total_seconds()), round(most.total_seconds())).map(lambda s: timedelta(seconds=s))


@st.composite
def ladders(draw: st.DrawFn, section: Section) -> Ladder:
    """Draw what the rules allow."""
    emergency = section is Section.EMERGENCY
    longest = HOUR if emergency else DAY
    roles = st.sampled_from([Role.VOLUNTEER, Role.FAMILY, Role.STAFF, Role.PROFESSIONAL])
    by_role = st.builds(Rung, st.just(timedelta(0)), roles, count=st.integers(0, 50))
    middle = by_role | st.just(Rung(timedelta(0), Role.VOLUNTEER, keys=True))
    rungs = draw(st.lists(middle, max_size=5))
    has_second_way = draw(st.booleans())
    if rungs and has_second_way:
        rungs.insert(draw(st.integers(1, len(rungs))), Rung(timedelta(0), Role.VOLUNTEER, second_channel=True))
    asking = [Rung(timedelta(0), Role.RESIDENT, asks=True)] if section is Section.ASK_FIRST else []
    rungs = [*asking, *rungs, Rung(timedelta(0), Role.STAFF)]
    most = 3 * MINUTE if emergency else DAY
    times = sorted(draw(st.lists(lengths(timedelta(0), most), min_size=len(rungs) - 1, max_size=len(rungs) - 1)))
    again = draw(lengths(30 * SECOND, longest))
    counted = any(rung.count and rung.role is not Role.STAFF for rung in rungs)
    patience = draw(lengths(5 * SECOND, 3 * MINUTE if emergency else DAY))
    goal = None if section is Section.NOTICE else draw(st.none() | lengths(MINUTE, 12 * HOUR))
    limit = None if goal is None else draw(st.none() | lengths(goal + SECOND, DAY))
    return Ladder(
        rungs=tuple(replace(r, after=after) for after, r in zip([timedelta(0), *times], rungs, strict=True)),
        lease=draw(lengths(MINUTE, longest)),
        reply_within=patience if counted or (again > 3 * MINUTE and draw(st.booleans())) else again,
        again_every=again,
        goal=goal,
        limit=limit,
    )


files = st.fixed_dictionaries({}, optional={section: ladders(section) for section in Section}).filter(bool)


@given(files, st.sampled_from(["en", "zh"]))
def test_what_is_written_reads_back_to_the_same_ladders(file: Ladders, language: str) -> None:
    assert read(written(file, language), "x.txt") == file


@given(st.integers(1, 999_999), st.sampled_from(["en", "zh"]))
def test_every_length_of_time_reads_back_the_same(seconds: int, language: str) -> None:
    assert length_of(written_length(timedelta(seconds=seconds), language)) == timedelta(seconds=seconds)


@given(st.text())
def test_no_text_does_anything_but_mean_ladders_or_be_refused(text: str) -> None:
    try:
        read(f"emergency:\n{text}", "x.txt")
    except BadLadder as why:
        refused = str(why)
    else:
        refused = "x.txt"
    assert refused.startswith("x.txt")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_built_in_ladders_can_be_written_down(language: str) -> None:
    assert read(written(BUILT_IN, language), "x.txt") == BUILT_IN


def test_the_file_in_the_docs_is_the_built_in_one() -> None:
    text = DOC.read_text(encoding="utf-8")

    assert written(BUILT_IN) in text
    assert written(BUILT_IN, "zh") in text


@pytest.mark.parametrize(
    "line",
    [
        "At once   CALL the 5 nearest neighbours, replace who is silent for 20 sec   # the stairwell",
        "at once 5 volunteers; replace who is silent for 20 seconds.",
        "立刻呼叫最近的５名邻居，２０秒没有回应就换人。",
        "立即 叫 5 位 志愿者、20 秒 未 回应 换人",
    ],
)
def test_people_write_as_they_write(line: str) -> None:
    text = EMERGENCY.replace("at once call the 5 nearest volunteers, replace who is silent for 20 s", line)

    assert read(text, "x.txt") == read(EMERGENCY, "x.txt")


@pytest.mark.parametrize(
    "line", ["at once call the key-holders", "at once key holder", "立即 呼叫钥匙保管人", "立刻叫全部备用钥匙保管人"]
)
def test_who_has_the_key_can_be_called(line: str) -> None:
    text = STAFF_ONLY.replace("at once call staff", f"{line}\nafter 5 min call staff")

    assert read(text, "x.txt")[Section.NOTICE].rungs[0] == Rung(timedelta(0), Role.VOLUNTEER, keys=True)


def test_a_ladder_does_not_end_with_key_holders_alone() -> None:
    with pytest.raises(BadLadder, match="notice ends without staff"):
        read(STAFF_ONLY.replace("call staff", "call the key-holders"), "x.txt")


def test_chinese_and_english_may_stand_side_by_side() -> None:
    mixed = "提醒:\nat once call staff\n之后每隔2小时\nbe there within 3 小时\n"

    assert read(mixed, "x.txt") == read(STAFF_ONLY, "x.txt")


BROKEN: Mapping[str, tuple[str, str, str]] = {
    "a word nobody knows": ("call staff", "telephone staff", 'x.txt, line 2: "telephone staff" is nobody who can'),
    "an unknown role": ("call staff", "call the mayor", "possible: volunteers, family, staff, professionals"),
    "a length without a unit": ("2 h", "2", 'x.txt, line 3: "2" is not a length of time; write it like 30 s'),
    "a length in months": ("2 h", "2 months", '"2 months" is not a length of time'),
    "a length too long": ("2 h", "9 days", "in notice this may be 30 s to 1 day"),
    "a length too short": ("3 h", "3 s", 'line 4: "be there within 3 s": in notice this may be 60 s to 1 day'),
    "a step without a time": ("at once call", "call", '"call staff" cannot be understood; a line begins with at once'),
    "a step when": ("at once call", "after soon call", '"after soon call staff" does not say when'),
    "a first step that is late": ("at once call", "after 5 s call", "line 2: notice begins too late"),
    "an end without staff": ("call staff", "call the family", "line 2: notice ends without staff or professionals"),
    "nobody to replace": ("call staff", "call 3 volunteers\nafter 5 s call staff", "notice lacks a line such as: replace"),
    "too many": ("call staff", "call the 51 nearest staff", "51 people cannot be called by number; possible: 1 to 50"),
    "nobody at all": ("call staff", "call the 0 nearest staff", "0 people cannot be called"),
    "times that go back": (
        "call staff",
        "call staff\nafter 10 s call the family\nafter 5 s call staff",
        "line 4: 5 s comes after 10 s; put the steps in the order of their times",
    ),
    "a second way before a first": ("call staff", "their second way\nafter 9 s call staff", "nobody has been called"),
    "a question elsewhere": ("call staff", "ask the elder\nafter 9 s call staff", "is asked only in ask first"),
    "the same twice": ("be there", "then again every 4 h\nbe there", "line 4: \"then again every 4 h\": notice says this twice"),
    "a missing line": ("then again every 2 h\n", "", "line 1: notice lacks a line such as: then again every 15 min"),
    "an unknown section": ("notice:", "notices:", 'line 1: "notices" is no section; possible: emergency, ask first'),
    "a section twice": ("notice:", "notice:\nat once call staff\nthen again every 2 h\nbe there within 3 h\nnotice:", "stands in line 1"),
    "a step above all sections": ("notice:", "at once call staff\nnotice:", "line 1: \"at once call staff\" belongs to no"),
    "a step beside its section": ("notice:\n", "notice: ", "stands beside the name of its section"),
    "a remark that is a promise": ("notice:", "notice (sos):", "only ask first may have a remark in brackets"),
    "a goal of a notice": ("be there", "goal 30 min\nbe there", "notice has no goal"),
    "nothing": (STAFF_ONLY, "# nothing", "x.txt names no section"),
    "an empty section": (STAFF_ONLY, "notice:", "notice calls nobody"),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_wrong_is_said_with_its_line_and_what_is_possible(broken: str) -> None:
    good, bad, told = BROKEN[broken]
    assert good in STAFF_ONLY

    with pytest.raises(BadLadder) as caught:
        read(STAFF_ONLY.replace(good, bad, 1), "x.txt")

    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("after 90 s call staff", "after 4 min call staff", "emergency calls staff after 4 min"),
        ("after 90 s call staff", "after 90 s call professionals", "emergency never calls staff"),
        ("goal 30 min, limit 60 min", "", "emergency lacks a line such as: goal 30 min"),
        ("limit 60 min", "limit 30 min", "a limit that does not come after its goal"),
        ("goal 30 min, ", "no goal, ", "emergency has a goal and says no goal"),
        ("silent for 20 s", "silent for 4 min", "in emergency this may be 5 s to 3 min"),
        ("within 10 min", "within 2 h", "in emergency this may be 60 s to 60 min"),
    ],
)
def test_an_emergency_may_not_wait(good: str, bad: str, told: str) -> None:
    with pytest.raises(BadLadder, match="x.txt, line") as caught:
        read(EMERGENCY.replace(good, bad, 1), "x.txt")

    assert told in str(caught.value)


def test_who_is_asked_first_is_asked_in_the_first_step() -> None:
    with pytest.raises(BadLadder, match="ask first begins with: at once ask the elder"):
        read(STAFF_ONLY.replace("notice:", "ask first:") + "no goal", "x.txt")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("提醒：".encode("gb18030"), "garden.txt is not UTF-8 text; save it again"),
        (b"#" * 70_000, "garden.txt is too long"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "garden.txt").write_bytes(content)

    with pytest.raises(BadLadder, match=told):
        load(tmp_path / "garden.txt")


def test_a_file_from_windows_is_read(tmp_path: Path) -> None:
    (tmp_path / "garden.txt").write_bytes(b"\xef\xbb\xbf" + EMERGENCY.replace("\n", "\r\n").encode())

    assert load(tmp_path / "garden.txt") == read(EMERGENCY, "x.txt")


SAID = [
    "{file}, line {line}: {why}",
    *(
        text
        for module in (statements, rules, reading, site_ladders)
        for name, text in vars(module).items()
        if name.isupper() and name not in {"LENGTH", "POSSIBLE_ROLES", "POSSIBLE_SECTIONS"} and " " in str(text)
        if isinstance(text, str)
    ),
]


@pytest.mark.parametrize("template", SAID)
def test_every_fault_can_be_said_in_chinese(template: str) -> None:
    chinese = catalogue("zh").get(template, "")

    assert chinese
    assert _gaps(chinese) == _gaps(template)


def _gaps(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_a_fault_is_chinese_from_the_first_word_to_the_last() -> None:
    with pytest.raises(BadLadder) as caught:
        read("提醒：\n立即 呼叫家人", "garden.txt")

    told = say(Sentence(site_ladders.STAYS_IN_FORCE, {"why": caught.value.sentence}), "zh", MEI.zone)
    assert "garden.txt" in told
    assert "staff" not in Sentence.from_json(caught.value.sentence.to_json()).template
    assert not any(word in told for word in ("ends", "without", "cannot"))


class Folder:
    """A folder of ladder files, and a linli that looks at it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.health = Health(VirtualClock(EIGHT))
        self.seen: SiteLadders | None = None

    def save(self, name: str, text: str) -> None:
        """Save a file as an editor does."""
        self.path.mkdir(exist_ok=True)
        (self.path / name).write_text(text, encoding="utf-8")

    def start(self) -> SiteLadders:
        """Start, or start again."""
        self.seen = SiteLadders(self.path, self.health)
        return self.seen

    def look(self, times: int = 2) -> None:
        """Let as many ticks go by."""
        assert self.seen is not None
        for _ in range(times):
            self.seen.refresh()

    def trouble(self) -> str:
        """Return what staff are told."""
        (trouble,) = self.health.troubles()
        return say(trouble.why, "en", MEI.zone)

    def again(self, site: str) -> timedelta:
        """Return how often a site's notices are called again, by which the files here differ."""
        assert self.seen is not None
        return self.seen.get(site, AlertKind.LOW_BATTERY, Severity.NOTICE).again_every


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "ladders")


def test_without_files_the_built_in_ladders_hold(folder: Folder) -> None:
    assert folder.start().of(GARDEN) == BUILT_IN
    assert folder.health.parts() == {"ladders": True}


def test_a_sites_own_file_wins_then_the_default_then_what_is_built_in(folder: Folder) -> None:
    folder.save("default.txt", STAFF_ONLY)
    folder.save("garden.txt", STAFF_ONLY.replace("2 h", "5 h"))
    folder.save("river.txt", EMERGENCY)
    seen = folder.start()

    assert (folder.again(GARDEN), folder.again(RIVER), folder.again("")) == (5 * HOUR, 2 * HOUR, 2 * HOUR)
    assert seen.of(RIVER)[Section.EMERGENCY] == read(EMERGENCY, "x")[Section.EMERGENCY]
    assert seen.of(GARDEN)[Section.EMERGENCY] == BUILT_IN[Section.EMERGENCY]


def test_a_file_that_is_broken_at_the_start_is_left_out_alone_and_told_until_it_is_mended(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    folder.save("garden.txt", STAFF_ONLY)
    folder.save("river.txt", "notice:")
    folder.start()

    assert (folder.again(GARDEN), folder.again(RIVER)) == (2 * HOUR, DAY)
    why = folder.trouble()
    assert "until it is mended, default.txt holds in its place" in why
    assert "river.txt, line 1: notice calls nobody; " in why
    assert [record.levelname for record in caplog.records if "river.txt" in record.message] == ["ERROR"]

    folder.save("default.txt", STAFF_ONLY.replace("2 h", "4 h"))
    folder.look()
    assert folder.again(RIVER) == 4 * HOUR
    assert "river.txt, line 1" in folder.trouble()

    folder.save("river.txt", STAFF_ONLY.replace("2 h", "6 h"))
    folder.look()
    assert folder.again(RIVER) == 6 * HOUR
    assert folder.health.troubles() == []


@pytest.mark.parametrize("name", ["Garden.txt", "garden.TXT", "garden.txt.txt"])
def test_a_file_that_would_never_be_heeded_is_told(folder: Folder, name: str) -> None:
    folder.save(name, STAFF_ONLY)
    folder.start()

    assert "is not named for a site; possible: default.txt" in folder.trouble()


def test_a_pipe_is_no_ladder_file_and_nobody_waits_at_it(folder: Folder) -> None:
    folder.save("river.txt", STAFF_ONLY)
    os.mkfifo(folder.path / "garden.txt")
    folder.start()

    assert "garden.txt" in folder.trouble()
    assert folder.again(RIVER) == 2 * HOUR


def test_what_editors_leave_behind_is_no_ladder_file(folder: Folder) -> None:
    folder.save(".garden.txt.swp", "x")
    folder.save("garden.txt~", "x")
    folder.save(".#garden.txt", "x")

    assert folder.start().of(GARDEN) == BUILT_IN


def test_a_saved_file_is_heeded_once_it_stays_as_it_is(folder: Folder) -> None:
    folder.start()
    folder.save("garden.txt", STAFF_ONLY)
    folder.look(1)
    assert folder.again(GARDEN) == DAY

    folder.look(1)
    assert folder.again(GARDEN) == 2 * HOUR

    (folder.path / "garden.txt").unlink()
    folder.look()
    assert folder.again(GARDEN) == DAY


def test_a_file_that_is_still_being_written_is_waited_for(folder: Folder) -> None:
    folder.start()
    for size in range(20, len(STAFF_ONLY), 5):
        folder.save("garden.txt", STAFF_ONLY[:size])
        folder.look(1)

    assert folder.again(GARDEN) == DAY
    assert folder.health.troubles() == []


def test_a_file_that_breaks_while_linli_runs_leaves_the_last_good_one_and_is_told(folder: Folder) -> None:
    folder.save("garden.txt", STAFF_ONLY)
    folder.start()
    folder.save("garden.txt", "notice: broken")
    folder.save("river.txt", STAFF_ONLY.replace("2 h", "4 h"))
    folder.look()

    assert (folder.again(GARDEN), folder.again(RIVER)) == (2 * HOUR, 4 * HOUR)
    assert "stays in force. garden.txt, line 1" in folder.trouble()

    folder.save("garden.txt", STAFF_ONLY.replace("2 h", "6 h"))
    folder.look()
    assert folder.again(GARDEN) == 6 * HOUR
    assert folder.health.troubles() == []
