"""The roster from a file: looked through first, then all or nothing, and taken back; only staff of all sites may."""

import ast
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

import linli.roster_file
from dashboard.access import TABLE
from dashboard.roster_faults import told
from dashboard.screens import Words
from linli.people import Role
from linli.store import roster as roster_store
from tests.cast import EIGHT, MEI
from tests.dashboard.world import TestClient, World

HOMES = "home,site,building,door\nhome-7,garden,3,503\nhome-50,garden,3,601\n"
PEOPLE = "person,name,role,homes,channel,address\nnew-1,Nan Xie,volunteer,home-50,sms,13800000050\n"


def upload(world: World, browser: TestClient, **files: str | bytes) -> str:
    """Upload files by name; return where the browser is sent, empty where it stays."""
    sent = [("file", (name.replace("_", "."), content)) for name, content in files.items()]
    answer = browser.post("/import", data={"csrf": world.csrf(browser)}, files=sent)
    return str(answer.headers.get("location", answer.text))


def revision_in(page: str) -> str:
    """Return which roster a preview speaks of."""
    return page.partition('name="revision" value="')[2].partition('"')[0]


def stored(world: World) -> dict[str, str]:
    """Return every home's door as it is stored."""
    with world.services.care.read() as connection:
        return {home.home: home.door for home in roster_store.load(connection).homes.values()}


@pytest.fixture
def office(world: World) -> TestClient:
    return world.browser(Role.STAFF)


def test_a_file_is_looked_through_before_anything_changes(world: World, office: TestClient) -> None:
    where = upload(world, office, homes_csv=HOMES)

    page = office.get(where).text

    assert "home-50" in page
    assert "<del>502</del>" in page
    assert "<ins>503</ins>" in page
    assert "home-40" in page.partition("Not in the file")[2]
    assert stored(world)["home-7"] == "502"


def test_before_a_home_comes_to_another_site_it_is_said_that_its_devices_have_to_follow(world: World) -> None:
    chinese = world.browser(Role.STAFF, language="zh")

    page = chinese.get(upload(world, chinese, homes_csv="home,site,building\nhome-7,river,3\n")).text

    assert (
        "home-7 改属小区 river，此后它的设备要发到 linli/v1/river/home-7 之下，所经的网关要用 river 的账号登录" in page
    )


def test_what_was_looked_through_is_imported_and_can_be_taken_back(world: World, office: TestClient) -> None:
    before = stored(world)
    where = upload(world, office, homes_csv=HOMES, people_csv=PEOPLE)
    revision = revision_in(office.get(where).text)

    office.post(where, data={"csrf": world.csrf(office), "revision": revision})

    assert stored(world) == {**before, "home-7": "503", "home-50": "601"}
    page = office.get("/import").text
    assert ", by Xu Han." in page
    undo = page.partition('action="/import/undo/')[2].partition('"')[0]
    office.post(f"/import/undo/{undo}", data={"csrf": world.csrf(office)})
    assert stored(world) == before
    with world.services.care.read() as connection:
        assert "new-1" not in roster_store.load(connection).people


def test_what_was_just_imported_is_counted_at_once(world: World, office: TestClient) -> None:
    known = len(stored(world))
    where = upload(world, office, homes_csv=HOMES)

    office.post(where, data={"csrf": world.csrf(office), "revision": revision_in(office.get(where).text)})

    assert f"<b>{known + 1}</b> Dwellings" in office.get("/import").text


def test_a_preview_of_another_roster_is_shown_again_instead_of_imported(world: World, office: TestClient) -> None:
    where = upload(world, office, homes_csv=HOMES)
    revision = revision_in(office.get(where).text)
    with world.services.care.begin() as connection:
        roster_store.bump(connection)

    answer = office.post(where, data={"csrf": world.csrf(office), "revision": revision})

    assert answer.status_code == 409
    assert "Somebody has changed the roster meanwhile" in answer.text
    assert stored(world)["home-7"] == "502"


def test_an_import_cannot_be_taken_back_once_the_roster_has_changed_again(world: World, office: TestClient) -> None:
    where = upload(world, office, homes_csv=HOMES)
    office.post(where, data={"csrf": world.csrf(office), "revision": revision_in(office.get(where).text)})
    undo = office.get("/import").text.partition('action="/import/undo/')[2].partition('"')[0]
    with world.services.care.begin() as connection:
        roster_store.bump(connection)

    answer = office.post(f"/import/undo/{undo}", data={"csrf": world.csrf(office)})

    assert answer.status_code == 409
    assert stored(world)["home-7"] == "503"


def test_every_fault_is_told_with_its_sheet_row_and_column_in_the_readers_language(world: World) -> None:
    chinese = world.browser(Role.STAFF, language="zh")

    page = upload(world, chinese, homes_csv="home,site,building,timezone\nhome-51,garden,3,Mars\n,garden,3,\n")

    assert "没有改动任何内容：homes.csv 里有 2 处不对" in page
    assert '<tr><td>homes</td><td class="num">2</td><td>timezone</td><td>“Mars”不是时区' in page
    assert '<tr><td>homes</td><td class="num">3</td><td>home</td><td>没有填</td></tr>' in page
    assert "home-51" not in stored(world)


def test_a_fault_in_chinese_holds_no_english_word(world: World) -> None:
    chinese = world.browser(Role.STAFF, language="zh")
    page = upload(world, chinese, homes_csv="home,site,building,language\nhome-51,garden,3,fr\n")
    assert "语言应是 zh, en" in page


@pytest.mark.parametrize("name", ["roster_pdf", "roster_xlsx"])
def test_what_is_no_roster_is_refused_with_a_sentence(world: World, office: TestClient, name: str) -> None:
    page = upload(world, office, **{name: b"\x00 nothing of ours"})

    assert 'role="alert"' in page
    assert "roster." in page


def test_a_file_name_leads_out_of_no_folder(world: World, office: TestClient, tmp_path: Path) -> None:
    data = {"csrf": world.csrf(office)}

    office.post("/import", data=data, files=[("file", (f"../../..{tmp_path}/homes.csv", HOMES))])

    assert not (tmp_path / "homes.csv").exists()


def test_the_example_can_be_imported_as_it_is(world: World, office: TestClient) -> None:
    for language in ("zh", "en"):
        content = office.get(f"/import/sample.xlsx?lang={language}").content
        assert load_workbook(BytesIO(content)).sheetnames == ["homes", "devices", "people"]

        page = office.get(upload(world, office, sample_xlsx=content)).text

        assert "b1-1-101" in page


def test_a_workbook_that_is_a_bomb_is_refused(world: World, office: TestClient) -> None:
    bomb = BytesIO()
    with ZipFile(bomb, "w", 8) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"<row>" * 90_000_000)

    assert "unpacks to more than" in upload(world, office, roster_xlsx=bomb.getvalue())


IMPORTING = [route for route in TABLE if " /import" in route]


@pytest.mark.parametrize("route", IMPORTING)
def test_staff_of_one_site_and_everybody_else_find_no_import(world: World, route: str) -> None:
    method, _, path = route.partition(" ")
    for role, person in ((Role.STAFF, "lin"), (Role.FAMILY, "bo"), (Role.VOLUNTEER, "ana"), (Role.RESIDENT, "mei")):
        browser = world.browser(role, person)
        data = {"csrf": world.csrf(browser)} if method == "POST" else None

        assert browser.request(method, path.format(draft="x", done="x"), data=data).status_code == 404


def said_by_the_roster_file() -> list[str]:
    """Return every sentence that the roster file can say, its gaps filled with a letter."""
    found = []
    for path in Path(linli.roster_file.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = str(getattr(node.func, "id", getattr(node.func, "attr", ""))) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in {"ValueError", "fault", "LinliError", "Unreadable", "Conflict"}:
                found += [_filled(text) for text in node.args if isinstance(text, ast.JoinedStr | ast.Constant)][-1:]
            if isinstance(node, ast.Call) and name == "add" and len(node.args) == 4:
                found.append(_filled(node.args[3]))
    return sorted({text for text in found if " " in text and "\x00" not in text})


def _filled(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if not isinstance(node, ast.JoinedStr):
        return "\x00"
    gaps = {"ONE_PERSON": linli.roster_file.references.ONE_PERSON, "text": "7", "hint": '; write "x"'}
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else gaps.get(ast.unparse(part.value), "7")
        for part in node.values
        if isinstance(part, ast.Constant | ast.FormattedValue)
    )


@pytest.mark.parametrize("sentence", said_by_the_roster_file())
def test_whatever_the_roster_file_says_is_said_in_chinese(sentence: str) -> None:
    if sentence.startswith(
        ("there is no ", "7 cannot be read: ", "7; give it", "7 is listed already, as ")
    ):  # not possible for an upload, or told whole elsewhere
        return
    chinese = told(sentence, Words("zh", MEI.zone, EIGHT))

    assert any("一" <= sign <= "鿿" for sign in chinese), chinese


def test_the_words_that_may_stand_in_a_file_are_told_before_one_is_refused(office: TestClient) -> None:
    page = office.get("/import").text

    for word in ("sos", "check_in", "volunteer", "professional", "sms", "inbox"):
        assert f"<code>{word}</code>" in page
