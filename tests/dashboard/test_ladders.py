"""Who is called when, on its page: changed in a form or as a text, rehearsed, saved as a file, kept and taken back."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.ladder_file import BadLadder, Ladders, read, written
from alerts.ladders import BUILT_IN, Section, section_of
from bench.program import wait_for
from dashboard.ladder_form import Row, field_of, filled_with, lines_of, put_in
from dashboard.ladder_picture import CLIMBERS, picture_of
from dashboard.ladder_tuning import LadderTuning
from linli.alert import AlertKind, Ladder, Outcome, Rung, Severity
from linli.clock import VirtualClock
from linli.core import build
from linli.data_dir import DataDir
from linli.errors import Conflict, LinliError, StoreDown
from linli.finding import Finding
from linli.people import Role
from linli.settings import Settings
from linli.store import ladder_changes
from linli.store.care import CareStore
from linli.tuning import ladder_desk
from linli.tuning.ladder_desk import LadderDesk
from linli.words import Sentence
from tests.cast import EIGHT, GARDEN, MEI
from tests.dashboard.world import TestClient, World

SOON = written(BUILT_IN).replace("after 90 s   call staff", "after 70 s   call staff")
REMARKED = f"# agreed in March\n{SOON}# and nothing else\n"
STAFF = "notice:\n  at once call staff\n  then again every 1 day\n  be there within 1 day\n"


@pytest.fixture
def office(world: World) -> TestClient:
    return world.browser(Role.STAFF)


@pytest.fixture
def desk(world: World) -> Iterator[LadderTuning]:
    """Give the ladders of a world; a rehearsal that still runs is ended."""
    assert world.services.tuning is not None
    yield world.services.tuning.ladders
    world.services.tuning.ladders.stop()


def post(world: World, browser: TestClient, path: str, **fields: str | list[str]) -> tuple[int, str]:
    """Send a form; return the status, and where it leads or what it says."""
    answer = browser.post(path, data={"csrf": world.csrf(browser), "site": GARDEN, **fields})
    return int(answer.status_code), str(answer.headers.get("location", answer.text))


def saves(world: World, browser: TestClient, desk: LadderTuning) -> None:
    """Let what is rehearsed hold."""
    trial = desk.trial()
    assert trial is not None
    assert post(world, browser, "/ladders/trial/save", begun_at=trial.begun_at.isoformat()) == (
        303,
        f"/ladders?site={trial.name}",
    )


def fields_of(section: Section, **other: str) -> dict[str, str | list[str]]:
    """Return the fields of the form of a built-in ladder, as they are drawn."""
    filled = filled_with(BUILT_IN[section], "en")
    return {
        "section": section.value,
        "after": [row.after for row in filled.rows],
        "who": [row.who for row in filled.rows],
        "count": [row.count for row in filled.rows],
        "patience": filled.patience,
        "again": filled.again,
        "lease": filled.lease,
        "goal": filled.goal,
        "limit": filled.limit,
        **other,
    }


def test_every_ladder_is_shown_rung_by_rung_with_what_climbs_it(office: TestClient) -> None:
    page = office.get(f"/ladders?site={GARDEN}&lang=en").text

    emergency = page.partition('id="emergency"')[2].partition("</section>")[0]
    steps = ["call the 5 nearest volunteers", "their second way", "call the family", "call staff", "call professionals"]
    assert [emergency.index(step) for step in steps] == sorted(emergency.index(step) for step in steps)
    assert "Call for help" in emergency
    assert "after 90 s" in emergency
    assert all(f'id="{section.value}"' in page for section in Section)
    assert "as in all compounds" in emergency


def test_it_is_shown_in_chinese_too(world: World) -> None:
    page = world.browser(Role.STAFF, language="zh").get("/ladders").text

    assert "呼叫最近的 5 名志愿者" in page
    assert "90 秒后" in page


def test_in_chinese_a_ladder_is_taken_back_and_no_import(world: World, desk: LadderTuning) -> None:
    desk.save(GARDEN, STAFF, before=None, by="lin")

    page = world.browser(Role.STAFF, language="zh").get(f"/ladders?site={GARDEN}").text.partition("改了什么")[2]

    assert "撤回" in page
    assert "导入" not in page


def test_a_text_is_rehearsed_before_it_is_saved_and_kept_with_who_saved_it(
    world: World, office: TestClient, desk: LadderTuning
) -> None:
    assert post(world, office, "/ladders/text", text=SOON.replace("\n", "\r\n")) == (303, "/ladders/trial")
    assert office.get("/ladders/trial").status_code == 200
    assert desk.saved(GARDEN).text is None

    saves(world, office, desk)

    assert desk.saved(GARDEN).text == SOON
    (change,) = desk.history(GARDEN)
    assert (change.by, change.before, change.text, change.at) == ("xu", None, SOON, EIGHT)
    page = office.get(f"/ladders?site={GARDEN}&lang=en").text
    assert "after 70 s" in page
    assert "Back to before 08:00" in page
    assert desk.trial() is None


def test_a_change_is_taken_back_to_what_was_there_before(world: World, office: TestClient, desk: LadderTuning) -> None:
    desk.save(GARDEN, STAFF, before=None, by="lin")
    desk.save(GARDEN, SOON, before=STAFF, by="lin")
    newest, first = desk.history(GARDEN)

    assert post(world, office, f"/ladders/back/{newest.id}")[0] == 303
    assert desk.saved(GARDEN).text == STAFF
    assert post(world, office, f"/ladders/back/{first.id}")[0] == 303
    assert desk.saved(GARDEN).text is None
    assert [one.by for one in desk.history(GARDEN)] == ["xu", "xu", "lin", "lin"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "garden.txt, line 5: 70 s comes after 80 s; put the steps in the order of their times"),
        ("zh", "garden.txt 第 5 行："),
    ],
)
def test_a_text_that_cannot_hold_says_which_line_and_what_to_do(
    world: World, desk: LadderTuning, language: str, said: str
) -> None:
    browser = world.browser(Role.STAFF, language=language)

    status, page = post(world, browser, "/ladders/text", text=SOON.replace("after 60 s", "after 80 s"))

    assert status == 422
    assert said in page
    assert desk.trial() is None
    assert desk.saved(GARDEN).text is None


def test_a_step_that_comes_too_early_is_named_in_the_text_and_marked_in_the_form(
    world: World, office: TestClient, desk: LadderTuning
) -> None:
    after = ["", "30 s", "20 s", "90 s", "3 min", "", ""]
    status, page = post(world, office, "/ladders/form", **fields_of(Section.EMERGENCY, after=after))  # type: ignore[arg-type]

    assert status == 422
    assert "Step 3: 20 s comes after 30 s; put the steps in the order of their times" in page
    assert "garden.txt" not in page
    assert page.count("wrong-row") == 1
    assert 'aria-invalid="true"' in page.partition("Step 3")[2].partition("Step 4")[0]
    assert desk.trial() is None


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("typed", ["2", "soon"])
def test_a_time_that_is_none_is_told_of_the_step_with_what_can_be_written(
    world: World, desk: LadderTuning, language: str, typed: str
) -> None:
    said = {
        "en": f'Step 3: after "{typed}" is no length of time; write it like 30 s or 2 min.',
        "zh": f"第 3 步：“{typed}”不是时长；请写成 30 秒 或 2 分钟。",
    }
    browser = world.browser(Role.STAFF, language=language)
    after = ["", "30 s", typed, "90 s", "3 min", "", ""]

    status, page = post(world, browser, "/ladders/form", **fields_of(Section.EMERGENCY, after=after))  # type: ignore[arg-type]

    assert status == 422
    assert said[language] in unescape(page)
    assert "garden.txt" not in page
    assert desk.trial() is None


def test_two_changes_of_one_minute_can_be_told_apart(world: World, office: TestClient, desk: LadderTuning) -> None:
    desk.save(GARDEN, STAFF, before=None, by="lin")
    world.clock.advance(timedelta(seconds=5))
    desk.save(GARDEN, SOON, before=STAFF, by="lin")
    world.clock.advance(timedelta(minutes=1))
    desk.save(GARDEN, STAFF, before=SOON, by="lin")

    page = office.get(f"/ladders?site={GARDEN}&lang=en").text

    assert re.findall(r"Back to before ([\d:]+)", page) == ["08:01", "08:00:05", "08:00:00"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("again", "", "emergency lacks a line such as: then again every 15 min"),
        (
            "lease",
            "soon",
            'Who goes is at the door within: "soon" is not a length of time; write it like 30 s, 3 min, 2 h or 1 day',
        ),
        ("limit", "10 min", "has a limit that does not come after its goal"),
        ("patience", "1 s", "in emergency this may be 5 s to 3 min"),
    ],
)
def test_what_is_wrong_in_the_form_says_what_to_do(
    world: World, office: TestClient, desk: LadderTuning, field: str, value: str, said: str
) -> None:
    status, page = post(world, office, "/ladders/form", **fields_of(Section.EMERGENCY, **{field: value}))

    assert status == 422
    assert said in unescape(page)
    assert desk.trial() is None


def test_the_form_changes_one_ladder_and_leaves_the_rest_of_the_file(
    world: World, office: TestClient, desk: LadderTuning
) -> None:
    desk.save(GARDEN, REMARKED, before=None, by="lin")
    form = fields_of(Section.URGENT, goal="45 min")

    assert post(world, office, "/ladders/form", **form)[0] == 303

    saves(world, office, desk)
    text = desk.saved(GARDEN).text or ""
    assert text.startswith("# agreed in March\nemergency:\n")
    assert text.endswith("# and nothing else\n")
    now, before = read(text, "x"), read(REMARKED, "x")
    assert now[Section.URGENT].goal == timedelta(minutes=45)
    assert {one: now[one] for one in Section if one is not Section.URGENT} == {
        one: before[one] for one in Section if one is not Section.URGENT
    }


def test_where_there_is_no_file_the_form_names_one_ladder_alone(
    world: World, office: TestClient, desk: LadderTuning
) -> None:
    assert post(world, office, "/ladders/form", **fields_of(Section.NOTICE, lease="2 h"))[0] == 303

    saves(world, office, desk)

    assert list(read(desk.saved(GARDEN).text or "", "x")) == [Section.NOTICE]
    assert desk.saved(GARDEN).own == {Section.NOTICE}


def test_an_empty_text_is_no_file_any_more(world: World, office: TestClient, desk: LadderTuning) -> None:
    desk.save(GARDEN, SOON, before=None, by="lin")

    assert post(world, office, "/ladders/text", text="  ")[0] == 303
    saves(world, office, desk)

    assert desk.saved(GARDEN).text is None
    assert desk.saved(GARDEN).ladders == dict(BUILT_IN)


def test_what_somebody_has_changed_meanwhile_is_not_written_over(
    world: World, office: TestClient, desk: LadderTuning
) -> None:
    post(world, office, "/ladders/text", text=SOON)
    trial = desk.trial()
    assert trial is not None
    desk.save(GARDEN, STAFF, before=None, by="lin")

    post(world, office, "/ladders/trial/save", begun_at=trial.begun_at.isoformat())

    assert desk.saved(GARDEN).text == STAFF
    with pytest.raises(Conflict):
        desk.save(GARDEN, SOON, before=None, by="lin")


def test_what_a_rehearsal_found_is_shown_alert_by_alert(world: World, office: TestClient, desk: LadderTuning) -> None:
    alert = world.press_sos()
    world.advance(timedelta(seconds=30))
    world.desk.accept(alert.id, "ana")
    world.desk.close(alert.id, "ana", Outcome.SAFE)
    world.advance(timedelta(hours=1))

    post(world, office, "/ladders/text", text=SOON.replace("call the 5 nearest volunteers", "call staff"))
    wait_for("the rehearsal", lambda: not is_running(desk), 300)

    page = office.get("/ladders/trial?lang=en").text
    assert "1 of 1 alerts would have gone otherwise" in page
    assert f'href="/alerts/{alert.id}"' in page
    assert "To a person, the middle one" in page
    assert "30 s <span" in page
    assert "Ana Li" in page.partition("Not called</th>")[2]
    assert "Let it hold from now on" in page


def test_while_one_is_rehearsed_another_is_refused_in_words_and_keeps_its_text(
    world: World, office: TestClient, desk: LadderTuning, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ladder_desk, "_play_again", never_ends)
    other = SOON.replace("call the 5 nearest volunteers", "call staff")
    post(world, office, "/ladders/text", text=SOON)

    status, page = post(world, office, "/ladders/text?lang=en", text=other)

    assert (status, is_running(desk)) == (409, True)
    assert "Another rehearsal is under way, so yours was not begun." in page
    assert other.strip().splitlines()[-1].strip() in page
    assert post(world, office, "/ladders/text", text=SOON) == (303, "/ladders/trial")


def never_ends(*_: object) -> None:
    """Stand in for a past that takes long to play again; runs in the rehearsal's own process."""
    threading.Event().wait()


def is_running(desk: LadderTuning) -> bool:
    """Tell whether a rehearsal is under way."""
    trial = desk.trial()
    return trial is not None and trial.is_running


def test_what_was_not_looked_at_is_not_saved(world: World, office: TestClient, desk: LadderTuning) -> None:
    post(world, office, "/ladders/text", text=SOON)

    post(world, office, "/ladders/trial/save", begun_at="another")

    assert desk.saved(GARDEN).text is None


def test_a_file_that_was_changed_in_its_folder_is_told_and_not_lost(
    world: World, office: TestClient, desk: LadderTuning, folder_of_ladders: Path
) -> None:
    desk.save(GARDEN, SOON, before=None, by="lin")
    (folder_of_ladders / "garden.txt").write_text(STAFF, encoding="utf-8")
    assert "changed in its folder since" in office.get(f"/ladders?site={GARDEN}&lang=en").text

    post(world, office, "/ladders/text", text=SOON)
    saves(world, office, desk)

    assert desk.history(GARDEN)[0].before == STAFF


def test_a_broken_file_is_told_with_its_line_and_can_be_put_right(
    world: World, office: TestClient, desk: LadderTuning, folder_of_ladders: Path
) -> None:
    folder_of_ladders.mkdir()
    (folder_of_ladders / "garden.txt").write_text("notice:\n", encoding="utf-8")

    page = office.get(f"/ladders?site={GARDEN}&lang=en").text
    assert "garden.txt, line 1: notice calls nobody; write at least: at once call staff" in page
    assert "notice:" in office.get(f"/ladders/edit?site={GARDEN}&section=notice").text.partition("<textarea")[2]

    post(world, office, "/ladders/text", text=STAFF)
    saves(world, office, desk)
    assert desk.saved(GARDEN).fault is None


@pytest.fixture
def folder_of_ladders(world: World) -> Path:
    """Return where the ladder files of a world are."""
    return Path(str(world.services.care.url).partition("sqlite:///")[2]).parent / "ladders"


def test_no_other_compound_can_be_named(world: World, office: TestClient) -> None:
    assert office.get("/ladders?site=gardn").status_code == 404
    assert post(world, office, "/ladders/text", site="../care", text=STAFF)[0] == 404


# what is saved


class HalfStored(CareStore):
    """A store whose commits fail."""

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Undo everything at the end."""
        with super().begin() as connection:
            yield connection
            raise StoreDown("the disk is full")


def test_a_file_is_saved_with_its_history_or_not_at_all(world: World, tmp_path: Path) -> None:
    care = HalfStored(str(world.services.care.url))
    desk = LadderDesk(Settings(data=tmp_path), care, world.clock)

    with pytest.raises(StoreDown):
        desk.save(GARDEN, SOON, before=None, by="lin")

    assert desk.saved(GARDEN).text is None
    assert desk.history(GARDEN) == []
    care.close()


def test_where_no_file_can_be_written_nothing_is_kept(world: World, tmp_path: Path) -> None:
    (tmp_path / "ladders").write_text("not a folder")
    desk = LadderDesk(Settings(data=tmp_path), world.services.care, world.clock)

    with pytest.raises(LinliError):
        desk.save(GARDEN, SOON, before=None, by="lin")

    with world.services.care.read() as connection:
        assert ladder_changes.of(connection, GARDEN) == []


def test_a_running_linli_heeds_what_is_saved_for_new_alerts_alone(tmp_path: Path) -> None:
    clock = VirtualClock(EIGHT)
    settings = Settings(data=tmp_path, canary_minutes=0)
    core = build(settings, DataDir(tmp_path), clock, "http://127.0.0.1")
    desk = LadderDesk(settings, core.care, clock)

    def opens(kind: AlertKind) -> None:
        core.desk.open([Finding(kind, MEI.home, GARDEN, kind, Severity.EMERGENCY, clock.now(), Sentence("Help"))])

    opens(AlertKind.SOS)
    desk.save(GARDEN, SOON, before=None, by="lin")
    core.refresh()
    core.refresh()
    opens(AlertKind.FALL)

    climbed = {alert.kind: alert.ladder for alert in core.desk.open_alerts()}
    core.close()
    assert climbed[AlertKind.SOS] == BUILT_IN[Section.EMERGENCY]
    assert climbed[AlertKind.FALL] == read(SOON, "x")[Section.EMERGENCY]


# the form and the picture


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("section", Section)
def test_a_form_says_the_ladder_that_it_was_filled_with(section: Section, language: str) -> None:
    lines = lines_of(section, filled_with(BUILT_IN[section], language), language)

    assert said(line for _, line in lines) == {section: BUILT_IN[section]}


def said(lines: Iterator[str]) -> Ladders:
    """Return what lines say."""
    return read("\n".join(lines), "x")


def test_a_form_can_say_every_kind_of_step() -> None:
    ladder = Ladder(
        rungs=(
            Rung(timedelta(0), Role.VOLUNTEER, keys=True),
            Rung(timedelta(minutes=1), Role.VOLUNTEER),
            Rung(timedelta(minutes=2), Role.FAMILY, count=1),
            Rung(timedelta(minutes=2), Role.STAFF),
            Rung(timedelta(minutes=3), Role.PROFESSIONAL),
        ),
        lease=timedelta(minutes=5),
        reply_within=timedelta(seconds=30),
        again_every=timedelta(minutes=3),
    )

    filled = filled_with(ladder, "zh")

    assert said(line for _, line in lines_of(Section.EMERGENCY, filled, "zh")) == {Section.EMERGENCY: ladder}


@pytest.mark.parametrize("count", ["0", "51", "many", "-1"])
def test_a_number_of_people_that_is_none_is_refused(count: str) -> None:
    filled = filled_with(BUILT_IN[Section.URGENT], "en")
    rows = [Row("", "volunteer", count), *filled.rows[1:]]
    lines = lines_of(Section.URGENT, type(filled)(rows, "3 min", "15 min", "20 min", "30 min", "60 min"), "en")

    with pytest.raises(BadLadder) as why:
        read("\n".join(line for _, line in lines), "x")

    assert field_of(why.value, lines, 1) == "step-0"


def test_lines_are_put_in_the_place_of_their_section_and_of_nothing_else() -> None:
    text, begin = put_in(REMARKED, Section.ASK_FIRST, ["ask first:", "new"])

    assert text.splitlines()[begin - 1 : begin + 2] == ["ask first:", "new", ""]
    assert text.partition("ask first")[0] == REMARKED.partition("ask first")[0]
    assert text.partition("urgent:")[2] == REMARKED.partition("urgent:")[2]


def test_the_axis_goes_beyond_the_last_step_and_shows_marks_that_are_near() -> None:
    asked = picture_of(BUILT_IN[Section.ASK_FIRST])
    assert [step.place for step in asked.steps] == [0.0, 6.7, 26.7, 46.7]
    assert asked.marks == {"goal": 46.7, "limit": 80.0}
    assert picture_of(BUILT_IN[Section.EMERGENCY]).marks == {}


@pytest.mark.parametrize("section", Section)
def test_what_is_said_to_climb_a_ladder_does(section: Section) -> None:
    severity = {Section.EMERGENCY: Severity.EMERGENCY, Section.NOTICE: Severity.NOTICE}.get(section, Severity.URGENT)

    assert {section_of(kind, severity) for kind in CLIMBERS[section]} == {section}
