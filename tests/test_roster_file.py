"""A roster file is read as a care worker meant it, or everything that is wrong with it is said at once."""

import random
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart

from linli.checkup import _bots
from linli.duty import Duty, is_on_duty
from linli.errors import LinliError
from linli.people import Care, Channel, Device, Home, Person, Role, Roster, Scope
from linli.roster_file import BadRoster, channel_id, csv_folder, read_roster, sheets, workbook
from linli.roster_file.duty import duty
from tests import cast
from tests.spreadsheets import DEVICES, GOOD, HOMES, PEOPLE, csv_text, folder, with_cell, without
from tests.spreadsheets import workbook as write_workbook

EVERY_DAY = frozenset(range(7))
WEEKDAYS = frozenset(range(5))


def _told(path: Path, known: Roster | None = None) -> list[str]:
    """Return what is wrong with a file."""
    with pytest.raises(BadRoster) as raised:
        read_roster(path, known, this_year=2026)
    return [str(problem) for problem in raised.value.problems]


def _wrong(tmp_path: Path, sheet: str, row: int, column: str, value: object) -> list[str]:
    """Return what is wrong once a cell of a good file has been changed."""
    table = with_cell(GOOD[sheet], row, column, value)
    changed = {**GOOD, sheet: table}
    if isinstance(value, date):
        return _told(write_workbook(tmp_path / "roster.xlsx", changed), Roster())
    return _told(folder(tmp_path, changed), Roster())


def test_a_workbook_is_read_as_it_was_meant(tmp_path: Path) -> None:
    found = read_roster(write_workbook(tmp_path / "roster.xlsx", GOOD), Roster(), this_year=2026)

    hook = "http://127.0.0.1:9/ana"
    assert found.homes == (
        Home(
            "home-7",
            "garden",
            "3",
            unit="2",
            floor="5",
            door="502",
            resident="陈梅",
            phone="13800000007",
            birth_year=1941,
            check_in_by=(time(9), time(20)),
            note="膝盖不好",
        ),
        Home("home-8", "garden", "3", unit="2", floor="4", door="401", resident="Old Zhao"),
        Home("home-40", "river", "east", resident="Qiu Yan", language="en", timezone="Asia/Urumqi"),
    )
    assert found.devices == (
        Device("home-7", "button-1", "bedroom", ("sos", "check_in", "battery")),
        Device("home-7", "bath", "bathroom", ("motion",), "zigbee2mqtt/bath-502", "SNZB-03"),
        Device("home-8", "button-1", "bedroom", ("sos",)),
    )
    assert found.people == (
        Person("mei", Role.RESIDENT, name="陈梅", cares=(Care(Scope.HOME, "home-7"),)),
        Person(
            "ana",
            Role.VOLUNTEER,
            name="Ana Li",
            language="en",
            order=1,
            cares=(Care(Scope.HOME, "home-7"), Care(Scope.HOME, "home-8")),
            channels=(
                Channel(channel_id("ana", "webhook", hook), "ana", "webhook", hook, "whsec_c2VjcmV0", 0),
                Channel(channel_id("ana", "sms", "13800000001"), "ana", "sms", "13800000001", order=1),
            ),
        ),
        Person(
            "lin",
            Role.STAFF,
            name="Lin Zhou",
            cares=(Care(Scope.BUILDING, "east"), Care(Scope.SITE, "garden")),
            channels=(Channel(channel_id("lin", "email", "lin@example.org"), "lin", "email", "lin@example.org"),),
            duty=(Duty(WEEKDAYS, time(8), time(20)),),
        ),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_folder_of_csv_files_says_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    meant = read_roster(write_workbook(tmp_path / "roster.xlsx", GOOD), this_year=2026)

    assert read_roster(folder(tmp_path / "csv", GOOD, encoding), this_year=2026) == meant


def test_one_csv_file_alone_will_do(tmp_path: Path) -> None:
    files = folder(tmp_path / "csv", {"Homes": HOMES})

    assert len(read_roster(files / "Homes.csv").homes) == 3
    assert len(read_roster(files).homes) == 3


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_seen_from_the_heading(tmp_path: Path, delimiter: str) -> None:
    (tmp_path / "homes.csv").write_text(csv_text(HOMES, delimiter), encoding="utf-8")

    assert read_roster(tmp_path).homes[0].check_in_by == (time(9), time(20))


def test_a_rare_name_in_gb18030_is_read_and_another_encoding_is_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "homes.csv").write_bytes("home,site,building,resident\nhome-7,garden,3号楼,陈喆".encode("gb18030"))
    assert read_roster(tmp_path).homes[0].resident == "陈喆"

    (tmp_path / "homes.csv").write_bytes("home,site,building,resident\nhome-7,garden,3,Renée Müller".encode("latin-1"))
    with pytest.raises(LinliError, match="save it as .CSV UTF-8"):
        read_roster(tmp_path)


def test_wide_signs_and_stray_spaces_are_what_chinese_keyboards_make(tmp_path: Path) -> None:
    rows = [
        ("Home ", " SITE", "building", "door", "check_in_by", "birth year"),
        ("　ｈｏｍｅ－７\u200b", " garden\u00a0", "３号楼", "５０２", "９：００；２０：００，12:30", "１９４１"),
    ]
    people = [
        ("person", "role", "homes", "channel", "address", "on_duty"),
        ("ａｎａ", "Volunteer", "home－7；building：３号楼、site:garden", "SMS", "\u202d１３８00000001\u202c", "Ｍｏ—Fr ０８：００～20:00"),
    ]  # fmt: skip
    found = read_roster(write_workbook(tmp_path / "roster.xlsx", {" Homes": rows, "PEOPLE": people}), Roster())

    [home], [ana] = found.homes, found.people
    assert (home.home, home.site, home.building, home.door, home.birth_year) == (
        "home-7",
        "garden",
        "3号楼",
        "502",
        1941,
    )
    assert home.check_in_by == (time(9), time(12, 30), time(20))
    assert {(care.scope, care.target) for care in ana.cares} == {
        (Scope.HOME, "home-7"),
        (Scope.BUILDING, "3号楼"),
        (Scope.SITE, "garden"),
    }
    assert ana.duty == (Duty(WEEKDAYS, time(8), time(20)),)
    assert [(way.kind, way.address) for way in ana.channels] == [("sms", "13800000001")]


def test_who_holds_a_key_is_said_beside_the_homes(tmp_path: Path) -> None:
    people = with_cell(PEOPLE, 5, "homes", "key:home-7; Key：home-8; home-7")
    path = write_workbook(tmp_path / "roster.xlsx", {**GOOD, "people": people})

    assert {(care.scope, care.target) for care in read_roster(path, Roster()).people[-1].cares} == {
        (Scope.KEY, "home-7"),
        (Scope.KEY, "home-8"),
        (Scope.HOME, "home-7"),
    }


def test_a_key_belongs_to_a_home_that_is_there_and_to_somebody_who_can_be_called(tmp_path: Path) -> None:
    people = with_cell(with_cell(PEOPLE, 5, "homes", "key:home-77"), 2, "homes", "key:home-7")
    path = write_workbook(tmp_path / "roster.xlsx", {**GOOD, "people": people})

    assert _told(path, Roster()) == [
        "people row 2, homes: a resident is never called; list who holds a key as a volunteer",
        'people row 5, homes: home "home-77" is not known; add it to the sheet homes',
    ]


def test_what_a_spreadsheet_makes_of_times_and_years_is_understood(tmp_path: Path) -> None:
    rows = [
        ("home", "site", "building", "door", "birth_year", "check_in_by"),
        ("home-1", "garden", 3, True, date(1941, 5, 3), time(9, 0)),
        ("home-2", "garden", 3.0, 13800000007, datetime(1941, 5, 3), timedelta(hours=9)),  # noqa: DTZ001 - a spreadsheet has no zones
    ]  # fmt: skip
    found = read_roster(write_workbook(tmp_path / "roster.xlsx", {"homes": rows}), this_year=2026)

    assert [home.birth_year for home in found.homes] == [1941, 1941]
    assert [home.check_in_by for home in found.homes] == [(time(9),), (time(9),)]
    assert [(home.building, home.door) for home in found.homes] == [("3", "true"), ("3", "13800000007")]


def test_formulas_give_what_they_show_and_none_is_taken_for_empty(tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    write_workbook(
        path, {"homes": [HOMES[0][:4], ("home-7", "garden", "3", '="unit "&2'), ("home-8", "garden", "#N/A")]}
    )
    assert _told(path) == [
        "homes row 2, unit: the formula was never worked out; open the file in a spreadsheet program and save it",
        "homes row 3, building: the formula gives #N/A",
    ]

    _edit(path, "xl/worksheets/sheet1.xml", "<v></v>", "<v>2</v>", "<v />", "<v>2</v>", "#N/A", "4")
    assert [home.unit for home in read_roster(path).homes] == ["2", ""]


def _edit(path: Path, part: str, *swaps: str) -> None:
    """Change the inside of a workbook, as another program would have written it."""
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    text = parts[part].decode()
    for old, new in zip(swaps[::2], swaps[1::2], strict=True):
        text = text.replace(old, new)
    parts[part] = text.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)


def test_a_program_that_lies_about_the_size_of_a_sheet_loses_nothing(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "roster.xlsx", {"homes": HOMES})
    _edit(path, "xl/worksheets/sheet1.xml", "<sheetData>", '<dimension ref="A1"/><sheetData>')

    assert len(read_roster(path).homes) == 3


def test_empty_lines_and_empty_columns_mean_nothing(tmp_path: Path) -> None:
    rows = [(), ("home", None, "site", "building", None), (), ("home-7", None, "garden", "3"), (None, ""), ("home-8", " ", "garden", "3")]  # fmt: skip
    found = read_roster(write_workbook(tmp_path / "roster.xlsx", {"homes": rows}))

    assert [home.home for home in found.homes] == ["home-7", "home-8"]
    assert found.rows["homes", "home-8"] == 6


def test_a_gateway_need_not_say_what_it_tells(tmp_path: Path) -> None:
    rows = [
        ("device", "home", "kind", "topic", "model"),
        ("bridge", "home-7", "", "zigbee2mqtt-home-7/bridge", "Zigbee bridge"),
        ("hall", "home-7", "", "zigbee2mqtt-home-7/hall", "motion sensor"),
    ]
    table = {**GOOD, "devices": rows}

    assert _told(write_workbook(tmp_path / "roster.xlsx", table)) == ["devices row 3, kind: is missing"]
    table["devices"] = rows[:2]
    found = read_roster(folder(tmp_path, table))
    assert found.devices == (Device("home-7", "bridge", "", (), "zigbee2mqtt-home-7/bridge", "Zigbee bridge"),)


def test_a_channel_has_one_id_for_ever() -> None:
    assert channel_id("ana", "sms", "13800000001") == "c-057f33f4e917bf06fee2"
    assert channel_id("ana", "sms", "13800000002") != channel_id("ana", "sms", "13800000001")


def test_channels_come_in_the_order_of_their_rows_or_of_the_column(tmp_path: Path) -> None:
    rows = [
        (*PEOPLE[0][:3], "homes", "channel", "address", "order"),
        ("jun", "Jun", "volunteer", "home-7", "sms", "110", 2),
        ("jun", "Jun", "volunteer", "home-7", "ntfy", "jun-topic", 1),
        ("kai", "", "volunteer", "home-7", "tgram", "tgram://bot/chat", 5),
        ("kai", "", "", "", "wecom", "https://example.org/send?key=1"),
    ]
    found = read_roster(write_workbook(tmp_path / "roster.xlsx", {**GOOD, "people": rows}))

    assert [[(way.kind, way.order) for way in person.channels] for person in found.people] == [
        [("ntfy", 0), ("sms", 1)],
        [("tgram", 0), ("wecom", 1)],
    ]
    assert [person.order for person in found.people] == [1, 5]


GROUP_HEADING = ("person", "role", "homes", "channel", "address")
SAID = "people row {row}, address: {other} is reached by the same group's bot; list the group once, as a person of its own,"


@pytest.mark.parametrize(
    ("kind", "one", "same"),
    [
        ("wecom", "k-1", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k-1"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=t", "t"),
        ("feishu", "h", "h"),
        ("wecom", "k-1", "http://QYAPI.weixin.qq.com:80/cgi-bin/webhook/send?debug=1&key=k-1"),
        ("dingtalk", "t", "https://oapi.dingtalk.com:443/robot/send?access_token=t&x=1"),
        ("feishu", "h", "https://open.feishu.cn/open-apis/bot/v2/hook/h/"),
    ],
)
def test_a_groups_bot_stands_for_one_person(tmp_path: Path, kind: str, one: str, same: str) -> None:
    rows = [
        GROUP_HEADING,
        ("jun", "volunteer", "home-7", kind, one),
        ("kai", "volunteer", "home-7", "sms", "13800000003"),
        ("kai", "", "", kind, same),
    ]
    told = _told(write_workbook(tmp_path / "roster.xlsx", {**GOOD, "people": rows}), Roster())

    assert told == [f"{SAID.format(row=4, other='jun')} since everybody in it sees the links"]


def test_a_group_is_a_person_of_its_own_and_bots_of_other_groups_are_no_matter(tmp_path: Path) -> None:
    rows = [
        GROUP_HEADING,
        ("building-3-group", "volunteer", "building:3", "wecom", "k-1"),
        ("jun", "volunteer", "home-7", "wecom", "k-2"),
        ("jun", "", "", "dingtalk", "k-1"),
        ("jun", "", "", "wecom", "https://relay.example.org/send?key=k-1"),
        ("jun", "", "", "wecom", "https://relay.example.org/3"),
        ("kai", "", "", "wecom", "https://relay.example.org/4"),
        ("kai", "volunteer", "home-7", "webhook", "http://127.0.0.1:9/all"),
        ("lu", "volunteer", "home-7", "webhook", "http://127.0.0.1:9/all"),
    ]

    assert len(read_roster(write_workbook(tmp_path / "r.xlsx", {**GOOD, "people": rows}), Roster()).people) == 4


def test_a_groups_bot_of_somebody_who_is_not_in_the_file_is_theirs(tmp_path: Path) -> None:
    rows = [GROUP_HEADING, ("jun", "volunteer", "home-7", "wecom", "k-1")]
    path = write_workbook(tmp_path / "roster.xlsx", {**GOOD, "people": rows})
    ways = (Channel("ana-bot", "ana", "wecom", "k-1"),)
    known = Roster(people={"ana": replace(cast.ANA, channels=ways)})

    assert _told(path, known)[0].startswith(SAID.format(row=2, other="ana"))
    moved = write_workbook(
        tmp_path / "moved.xlsx", {**GOOD, "people": [*rows, ("ana", "volunteer", "home-7", "sms", "1100")]}
    )
    assert len(read_roster(moved, known).people) == 2
    without_people = write_workbook(tmp_path / "homes.xlsx", {"homes": GOOD["homes"]})
    shared = Roster(people={"ana": known.people["ana"], "jun": replace(cast.JUN, channels=ways)})
    assert read_roster(without_people, shared).people == ()


def test_check_names_people_who_share_a_groups_bot() -> None:
    shared = [replace(person, channels=(Channel(f"{person.person}-bot", person.person, "wecom", address),))
              for person, address in ((cast.JUN, "k-1"), (cast.ANA, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k-1"))]  # fmt: skip
    group = replace(cast.BO, person="group", channels=(Channel("group-bot", "group", "wecom", "k-2"),))
    people = {person.person: person for person in (*shared, cast.BO, group)}

    [told] = _bots(Roster(people=people))
    assert told.startswith("one group's bot (wecom) is listed for 2 people, ana, jun: whoever taps in the group")
    assert "k-1" not in told
    assert list(_bots(cast.roster())) == []


DEVICE_HEADING = ("device", "home", "room", "kind", "topic", "model")
BUTTON = Device("home-7", "button", "bedroom", ("sos",), "zigbee2mqtt/btn7")


def _devices(tmp_path: Path, *rows: tuple[object, ...], heading: tuple[str, ...] = DEVICE_HEADING) -> Path:
    return folder(tmp_path, {**GOOD, "devices": (heading, *rows)})


def test_a_button_that_is_listed_for_one_home_is_not_listed_for_a_second(tmp_path: Path) -> None:
    known = Roster(devices={("home-7", "button"): BUTTON})

    [told] = _told(_devices(tmp_path, ("button", "home-8", "bed", "sos", "zigbee2mqtt/btn7/")), known)
    assert told == (
        'devices row 2, topic: "zigbee2mqtt/btn7/" is the topic of button of home-7; take that out first with '
        '"linli discover --unmap home-7/button", or list it in this file too, without a topic'
    )


def test_of_two_homes_with_one_topic_the_second_is_refused(tmp_path: Path) -> None:
    path = _devices(
        tmp_path,
        ("button", "home-7", "bed", "sos", "zigbee2mqtt/btn7"),
        ("button-2", "home-8", "bath", "sos", "zigbee2mqtt/btn7"),
    )

    assert _told(path, Roster()) == [
        'devices row 3, topic: "zigbee2mqtt/btn7" stands in row 2 already; each device has its own'
    ]


def test_what_nobody_calls_by_hinders_no_import_though_two_homes_have_it(tmp_path: Path) -> None:
    path = _devices(
        tmp_path,
        ("door", "home-7", "entrance", "contact", "zigbee2mqtt/door"),
        ("door", "home-8", "entrance", "contact", "zigbee2mqtt/door"),
    )

    assert len(read_roster(path, Roster()).devices) == 2


def test_a_button_is_moved_by_a_file_that_takes_its_topic_from_where_it_was(tmp_path: Path) -> None:
    known = Roster(devices={("home-7", "button"): BUTTON})
    path = _devices(
        tmp_path, ("button", "home-8", "bed", "sos", "zigbee2mqtt/btn7"), ("button", "home-7", "bed", "sos", "")
    )

    assert len(read_roster(path, known).devices) == 2


def test_homes_that_share_a_gateway_list_it_under_one_topic(tmp_path: Path) -> None:
    hub = Device("home-40", "hub", topic="tele/stairs", model="stairwell gateway")
    path = _devices(
        tmp_path, *(("hub", home, "", "", "tele/stairs", "stairwell gateway") for home in ("home-7", "home-8"))
    )

    assert len(read_roster(path, Roster(devices={("home-40", "hub"): hub})).devices) == 2


def test_what_is_listed_twice_already_hinders_no_import_that_leaves_it(tmp_path: Path) -> None:
    hub = Device("home-8", "hub", topic="zigbee2mqtt/hub", model="bridge")
    twice = (BUTTON, replace(BUTTON, home="home-8"), hub, replace(hub, home="home-7"))
    known = Roster(devices={(one.home, one.device): one for one in twice})
    rows = [(one.device, one.home, "bath", "sos", one.topic) for one in twice]

    assert len(read_roster(_devices(tmp_path, *rows, heading=DEVICE_HEADING[:5]), known).devices) == 4
    assert read_roster(_devices(tmp_path, *(row[:4] for row in rows), heading=DEVICE_HEADING[:4]), known).devices


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "said"),
    [
        ("homes", 2, "home", "Home-7", 'write "home-7"'),
        ("homes", 2, "home", "home 7", "is not an id"),
        ("homes", 2, "home", "-7", "is not an id"),
        ("homes", 2, "home", "h" * 64, "is not an id"),
        ("homes", 2, "home", None, "is missing"),
        ("homes", 2, "site", "花园", "is not an id"),
        ("homes", 2, "building", None, "is missing"),
        ("homes", 2, "building", "3;4", "no comma or semicolon"),
        ("homes", 2, "unit", date(2026, 1, 2), "made a date or a time of it"),
        ("homes", 2, "door", "x" * 33, "longer than 32"),
        ("homes", 2, "language", "fr", "must be zh, en"),
        ("homes", 2, "birth_year", 1899, "1900 to 2026"),
        ("homes", 2, "birth_year", 2027, "1900 to 2026"),
        ("homes", 2, "birth_year", "old", "1900 to 2026"),
        ("homes", 2, "birth_year", 1941.5, "1900 to 2026"),
        ("homes", 2, "timezone", "Shanghai", "not a time zone"),
        ("homes", 2, "timezone", "../../etc/passwd", "not a time zone"),
        ("homes", 2, "check_in_by", "09:00;24:00", '"24:00" is not a time of day'),
        ("homes", 2, "check_in_by", "nine", "not a time of day"),
        ("homes", 2, "phone", "1.38E+10", "shortened a long number"),
        ("homes", 3, "home", "home-7", '"home-7" stands in row 2 already'),
        ("homes", 3, "home", "garden", '"garden" is also a site'),
        ("homes", 3, "site", "home-7", '"home-7" is also a home'),
        ("devices", 2, "device", "Knopf Ü", "is not an id"),
        ("devices", 2, "home", "home-99", '"home-99" is not known'),
        ("devices", 2, "kind", "sos,movement", '"movement" is not a kind; the kinds are check_in'),
        ("devices", 2, "kind", None, "is missing"),
        ("devices", 2, "kind", ",", "is missing"),
        ("devices", 2, "topic", "zigbee2mqtt/+", "without"),
        ("devices", 3, "device", "button-1", '"button-1" of home-7 stands in row 2 already'),
        ("people", 3, "person", "Ana", 'write "ana"'),
        ("people", 2, "person", "a b", "is not an id"),
        ("people", 2, "role", "neighbour", "the role must be resident, volunteer"),
        ("people", 2, "role", None, "is missing"),
        ("people", 2, "homes", None, "is missing"),
        ("people", 2, "homes", "home-99", 'home "home-99" is not known'),
        ("people", 2, "homes", "building:9", 'building "9" is not known'),
        ("people", 2, "homes", "site:forest", 'site "forest" is not known'),
        ("people", 2, "homes", "street:1", "is neither a home nor building:ID nor site:ID"),
        ("people", 3, "channel", "emial", "emial is none of linli's own channels"),
        ("people", 3, "channel", "web hook", "the channel must be"),
        ("people", 3, "channel", None, "is missing"),
        ("people", 3, "address", None, "is missing"),
        ("people", 3, "address", "ftp://example.org", "must be a web address"),
        ("people", 3, "address", "http://", "must be a web address"),
        ("people", 3, "address", "http://example.org:99999/", "must be a web address"),
        ("people", 3, "address", "http://user@example.org/", "must be a web address"),
        ("people", 3, "secret", "c2VjcmV0", "whsec_ and base64"),
        ("people", 3, "secret", "whsec_???", "whsec_ and base64"),
        ("people", 3, "secret", "whsec_", "whsec_ and base64"),
        ("people", 3, "order", "first", "whole number"),
        ("people", 3, "order", -1, "whole number"),
        ("people", 4, "address", "call me", "must be a telephone number"),
        ("people", 4, "channel", "discord", "an Apprise address begins with discord://"),
        ("people", 4, "name", "Anna", "row 3 says something else"),
        ("people", 4, "role", "staff", "row 3 says something else"),
        ("people", 4, "homes", "home-7", "row 3 says something else"),
        ("people", 5, "address", "lin at example.org", "must be an e-mail address"),
        ("people", 5, "on_duty", "weekdays", "is not a day of the week"),
        ("people", 2, "secret", "x", "belongs to a channel"),
    ],
)  # fmt: skip
def test_a_cell_that_is_wrong_is_named(
    tmp_path: Path, sheet: str, row: int, column: str, value: object, said: str
) -> None:
    told = _wrong(tmp_path, sheet, row, column, value)

    places = {f"{sheet} row {row}, {column}: ", f"{sheet} row {row}, {'address' if column == 'channel' else column}: "}
    assert any(line.startswith(tuple(places)) and said in line for line in told), told


def test_nobody_but_a_resident_is_without_a_channel(tmp_path: Path) -> None:
    rows = [PEOPLE[0][:4], ("mei", "", "resident", "home-7"), ("bo", "", "family", "home-7")]
    wide = [(*row, "", "") for row in rows[1:]]
    path = write_workbook(tmp_path / "roster.xlsx", {**GOOD, "people": [(*rows[0], "channel", "address"), *wide]})

    assert _told(path) == ["people row 3, channel: is missing", "people row 3, address: is missing"]


def test_one_address_of_a_person_stands_once(tmp_path: Path) -> None:
    rows = [*PEOPLE, ("ana", None, None, None, "sms", "１３８00000001")]
    path = write_workbook(tmp_path / "roster.xlsx", {**GOOD, "people": rows})

    assert _told(path) == ["people row 6, address: row 4 names the same channel and address"]


def test_a_building_on_two_sites_is_nobodys_to_care_for(tmp_path: Path) -> None:
    homes = with_cell(HOMES, 4, "building", "3")
    people = with_cell(PEOPLE, 5, "homes", "building:3")
    path = write_workbook(tmp_path / "roster.xlsx", {**GOOD, "homes": homes, "people": people})

    assert _told(path, Roster()) == [
        'people row 5, homes: building "3" stands on 2 sites (garden, river); give each its own id, or list the homes'
    ]
    only_homes = write_workbook(tmp_path / "homes.xlsx", {"homes": homes})
    assert len(read_roster(only_homes, Roster()).homes) == 3


def test_a_home_may_not_give_a_building_a_second_meaning_behind_somebodys_back(tmp_path: Path) -> None:
    carer = Person("pan", Role.VOLUNTEER, cares=(Care(Scope.BUILDING, "3"),))
    known = Roster(homes=cast.roster().homes, people={"pan": carer})
    path = write_workbook(tmp_path / "r.xlsx", {"homes": [HOMES[0][:3], ("home-50", "river", "3")]})

    assert _told(path, known) == [
        'homes row 2, building: building "3" would stand on two sites, and pan cares for it; give it its own id'
    ]


def test_what_is_in_the_store_need_not_be_in_the_file(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "roster.xlsx", {"devices": DEVICES[:3], "people": PEOPLE[:4]})

    assert len(read_roster(path, cast.roster()).devices) == 2
    assert len(_told(path, Roster())) == 5
    assert len(read_roster(path).people) == 2


def test_columns_are_refused_by_name(tmp_path: Path) -> None:
    homes = with_cell(without(HOMES, "building"), 1, "colour", None)
    doubled = [(*DEVICES[0], "home"), *DEVICES[1:]]
    path = write_workbook(tmp_path / "roster.xlsx", {"homes": homes, "devices": doubled})

    told = _told(path)
    assert told[0] == (
        "homes row 1, colour: unknown column; the columns are home, site, building, unit, floor, door, "
        "resident, language, phone, birth_year, timezone, check_in_by, note"
    )
    assert told[1:] == [
        "homes row 1, building: the column is missing",
        "devices row 1, home: the column stands there twice",
    ]


def test_a_value_under_no_heading_is_not_lost_in_silence(tmp_path: Path) -> None:
    rows = [
        ("home", "site", "building", None),
        ("home-7", "garden", "3", "ground floor"),
        ("home-8", "garden", "3", None, "x"),
    ]
    path = write_workbook(tmp_path / "roster.xlsx", {"homes": rows})

    assert _told(path) == ["homes row 2, D: a value under no heading", "homes row 3, E: a value under no heading"]


def test_everything_that_is_wrong_is_told_at_once_and_no_more_than_fifty(tmp_path: Path) -> None:
    homes = [HOMES[0][:3], *(("home-7", "GARDEN", "") for _ in range(40))]
    devices = [DEVICES[0], ("x y", "home-99", "", "")]
    path = write_workbook(tmp_path / "roster.xlsx", {"devices": devices, "homes": homes})

    with pytest.raises(BadRoster) as raised:
        read_roster(path)
    problems = raised.value.problems
    assert (len(problems), raised.value.count) == (50, 40 * 2 + 39 + 2)
    assert str(raised.value).startswith("nothing was imported, the roster has 121 problems:\n  homes row 2, site:")
    assert str(raised.value).endswith("\n  and 71 more")


def test_a_home_with_a_fault_is_not_also_said_to_be_missing(tmp_path: Path) -> None:
    told = _wrong(tmp_path, "homes", 2, "birth_year", "unknown")

    assert told == ["homes row 2, birth_year: the year of birth must be from 1900 to 2026"]


def test_what_is_private_is_not_quoted(tmp_path: Path) -> None:
    homes = [
        ("home", "site", "building", "resident", "phone", "note", "birth_year"),
        ("home-7", "garden", "3", "secret name " * 20, "secret phone " * 20, "secret note " * 300, "secret age"),
    ]
    people = [
        PEOPLE[0],
        ("ana", "secret name " * 20, "volunteer", "home-7", "webhook", "secret address", "secret word"),
        ("ana", "another secret", "", "", "email", "secret", "", "secret tongue"),
    ]
    told = _told(write_workbook(tmp_path / "roster.xlsx", {"homes": homes, "people": people}))

    assert len(told) == 9
    assert [line for line in told if "secret " in line.partition(": ")[2].replace("secret is", "")] == []


def test_a_csv_cell_that_cannot_be_printed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "homes.csv").write_text(
        "home,site,building,door,note\nhome-7,garden,3,5\x02,a\x07b\n", encoding="utf-8"
    )

    assert [line[:20] for line in _told(tmp_path)] == ["homes row 2, door: t", "homes row 2, note: t"]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Mo-Fr 08:00-20:00", [Duty(WEEKDAYS, time(8), time(20))]),
        ("mo,We 09:00-12:00; Sa-Su 10:00-16:00", [Duty(frozenset({0, 2}), time(9), time(12)), Duty(frozenset({5, 6}), time(10), time(16))]),
        ("24/7", [Duty(EVERY_DAY, time(0), time(0))]),
        ("20:00-08:00", [Duty(EVERY_DAY, time(20), time(8))]),
        ("Sa-Mo 9:00-12:00", [Duty(frozenset({5, 6, 0}), time(9), time(12))]),
        ("Monday - Wednesday 09:00-12:00, 14:00-24:00", [Duty(frozenset({0, 1, 2}), time(9), time(12)), Duty(frozenset({0, 1, 2}), time(14), time(0))]),
        ("Su", [Duty(frozenset({6}), time(0), time(0))]),
        ("Mo-Fr, Su 08:00-09:00;", [Duty(frozenset({0, 1, 2, 3, 4, 6}), time(8), time(9))]),
    ],
)  # fmt: skip
def test_duty_is_read(text: str, spans: list[Duty]) -> None:
    assert duty(text) == tuple(spans)


@pytest.mark.parametrize(
    "text",
    ["Mx 08:00-20:00", "Mo 8-20", "Mo-Fr 08:00", "08:00-25:00", "Mo-Fr-Su 08:00-09:00", "every day", ";", "Mo 08:00-09:00 x", "Mo;" * 51],
)  # fmt: skip
def test_duty_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="."):
        duty(text)


def test_round_the_clock_is_every_minute_of_the_week() -> None:
    always = [span for span in duty("24/7") if isinstance(span, Duty)]
    monday = datetime(2026, 11, 23, tzinfo=UTC)

    assert all(is_on_duty(monday + timedelta(minutes=minute), always, (), ()) for minute in range(7 * 24 * 60))


def test_what_is_not_a_roster_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    (tmp_path / "locked.xlsx").write_bytes(b"\xd0\xcf\x11\xe0 a workbook with a password is not a zip file")
    (tmp_path / "notes.csv").write_text("home\n")
    (tmp_path / "torn.xlsx").write_bytes(write_workbook(tmp_path / "whole.xlsx", GOOD).read_bytes()[:2000])
    (tmp_path / "quotes").mkdir()
    (tmp_path / "quotes" / "homes.csv").write_text('home,site,building\nhome-7,garden,"3\nhome-8,garden,3\n')
    twice = write_workbook(tmp_path / "twice.xlsx", {"homes": HOMES, "HOMES ": HOMES})
    others = write_workbook(tmp_path / "others.xlsx", {"Sheet1": HOMES})

    for path, said in [
        (tmp_path / "nothing.xlsx", "there is no"),
        (tmp_path / "empty", "has none of the sheets homes, devices, people"),
        (tmp_path / "old.xls", "neither an .xlsx workbook nor a folder"),
        (tmp_path / "locked.xlsx", "take off a password"),
        (tmp_path / "notes.csv", "neither an .xlsx workbook nor a folder"),
        (tmp_path / "torn.xlsx", "cannot be read as a workbook"),
        (tmp_path / "quotes", "quotation marks do not fit"),
        (twice, "two sheets called homes"),
        (others, "has none of the sheets"),
    ]:
        with pytest.raises(LinliError, match=said):
            read_roster(path)


@pytest.mark.parametrize("cell", ["x" * 200_000, '"' + "home-8,garden,3\n" * 20_000], ids=["long", "never closed"])
def test_a_cell_that_is_too_long_for_one_is_said_to_be_that(tmp_path: Path, cell: str) -> None:
    (tmp_path / "homes.csv").write_text(f"home,site,building\nhome-7,garden,{cell}\n")

    with pytest.raises(LinliError, match=r"^homes\.csv line \d+: a cell is longer than 131072 characters") as raised:
        read_roster(tmp_path / "homes.csv")
    assert str(raised.value).endswith("look for a quotation mark that is never closed")


def test_other_sheets_are_named_not_read(tmp_path: Path) -> None:
    book = write_workbook(tmp_path / "roster.xlsx", {**GOOD, "home": HOMES, "Sheet1": []})
    files = folder(tmp_path / "csv", {**GOOD, "Device": DEVICES})

    assert read_roster(book).ignored == ("home",)
    assert read_roster(files).ignored == ("Device.csv",)


def test_an_empty_sheet_is_told_what_its_heading_must_be(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "roster.xlsx", {"homes": []})

    assert _told(path) == ["homes row 1: the sheet is empty; its heading must name home, site, building"]


def test_more_rows_than_a_city_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 2)

    assert _told(folder(tmp_path, {"homes": HOMES})) == [
        "homes row 4: more than 2 rows; import the rest from a second file"
    ]


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_workbook(tmp_path / "roster.xlsx", GOOD)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/picture.bin", b"\0" * 3_000_000)
    assert path.stat().st_size < 100_000
    monkeypatch.setattr(workbook, "MAX_UNPACKED_BYTES", 3_000_000)
    with pytest.raises(LinliError, match="unpacks to more than 3 MB"):
        read_roster(path)

    monkeypatch.setattr(workbook, "MAX_FILE_BYTES", 1000)
    with pytest.raises(LinliError, match="larger than 0 MB"):
        read_roster(path)
    monkeypatch.setattr(csv_folder, "MAX_FILE_BYTES", 10)
    with pytest.raises(LinliError, match=r"homes\.csv is larger"):
        read_roster(folder(tmp_path / "csv", {"homes": HOMES}))


TEXTS = (
    b'<Override PartName="/xl/worksheets/texts.xml"'
    b' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)


def test_nothing_hides_from_the_limits_among_the_sheets(tmp_path: Path) -> None:
    good = write_workbook(tmp_path / "good.xlsx", GOOD)
    read_roster(good)
    with zipfile.ZipFile(good) as whole, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as changed:
        for name in whole.namelist():
            changed.writestr(name, whole.read(name).replace(b"</Types>", TEXTS + b"</Types>"))
        changed.writestr("xl/worksheets/texts.xml", "<sst/>")

    with pytest.raises(LinliError, match="cannot be read as a workbook"):
        read_roster(tmp_path / "bad.xlsx")


@pytest.mark.parametrize(
    ("part", "size"),
    [
        ("xl/styles2.xml", 11_000_000),
        ("xl/sharedStrings.xml", 41_000_000),
        ("xl/worksheets/_rels/sheet1.xml.rels", 11_000_000),
    ],
    ids=["trees", "texts", "relations"],
)
def test_a_bomb_of_what_is_kept_in_memory_is_not_opened(tmp_path: Path, part: str, size: int) -> None:
    path = write_workbook(tmp_path / "roster.xlsx", GOOD)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(part, b"<x/>" * (size // 4))

    with pytest.raises(LinliError, match=r"unpacks to more than [14]0 MB; divide it"):
        read_roster(path)


def test_a_sheet_that_claims_a_billion_lines_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_LINES", 1000)
    path = write_workbook(tmp_path / "roster.xlsx", {"homes": HOMES})
    _edit(path, "xl/worksheets/sheet1.xml", '<row r="4"', '<row r="999999999"', 'r="A4"', 'r="A999999999"')

    with pytest.raises(LinliError, match="more than 1,000 lines"):
        read_roster(path)


def test_whatever_the_damage_a_workbook_is_read_or_refused(tmp_path: Path) -> None:
    whole = write_workbook(tmp_path / "whole.xlsx", GOOD)
    with zipfile.ZipFile(whole) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    chance = random.Random(7)  # noqa: S311 - the same damage each time
    path = tmp_path / "damaged.xlsx"
    for _ in range(60):
        damaged = dict(parts)
        name = chance.choice(sorted(parts))
        content = bytearray(parts[name])
        for _ in range(chance.randint(1, 6)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        damaged[name] = bytes(content)
        with zipfile.ZipFile(path, "w") as packed:
            for part, data in damaged.items():
                packed.writestr(part, data)
        try:
            read_roster(path)
        except LinliError:
            continue


def test_a_picture_sheet_is_passed_over(tmp_path: Path) -> None:
    book = Workbook()
    book.create_chartsheet("chart").add_chart(BarChart())
    sheet = book.create_sheet("homes")
    for row in HOMES:
        sheet.append(row)
    book.save(tmp_path / "roster.xlsx")

    assert len(read_roster(tmp_path / "roster.xlsx").homes) == 3
