"""Staff note things about a home on its page, correct what they wrote, and leave what others wrote alone."""

from linli.people import Role
from linli.store import notes
from linli.store.notes import Note
from tests.cast import MEI
from tests.dashboard.world import TestClient, World

PAGE = f"/homes/{MEI.home}"


def kept(world: World) -> list[Note]:
    with world.services.care.read() as connection:
        return notes.of_home(connection, MEI.home, 10)


def note(world: World, staff: TestClient, text: str, path: str = "/notes") -> int:
    answer = staff.post(f"{PAGE}{path}", data={"csrf": world.csrf(staff), "text": text})
    return int(answer.status_code)


def test_a_note_stands_on_the_page_with_its_author_and_its_time(world: World) -> None:
    lin = world.browser(Role.STAFF, "lin")
    world.gives_reason(lin)
    assert "Nothing was noted yet." in lin.get(PAGE).text

    assert note(world, lin, " Knock <loudly>. ") == 303
    page = lin.get(PAGE).text
    assert "Knock &lt;loudly&gt;." in page
    assert "Lin Zhou · 08:00" in page


def test_one_corrects_and_withdraws_ones_own_note(world: World) -> None:
    lin = world.browser(Role.STAFF, "lin")
    world.gives_reason(lin)
    note(world, lin, "left ear")
    assert note(world, lin, "right ear", f"/notes/{kept(world)[0].id}") == 303
    assert [one.text for one in kept(world)] == ["right ear"]
    assert "corrected" in lin.get(PAGE).text

    assert note(world, lin, "", f"/notes/{kept(world)[0].id}") == 303
    assert kept(world) == []


def test_a_note_that_was_withdrawn_can_be_put_back(world: World) -> None:
    lin = world.browser(Role.STAFF, "lin")
    world.gives_reason(lin)
    note(world, lin, "left ear")
    number = kept(world)[0].id
    answer = lin.post(f"{PAGE}/notes/{number}", data={"csrf": world.csrf(lin), "text": ""})
    assert answer.headers["location"] == f"{PAGE}?withdrawn={number}#notes"
    assert "The note is withdrawn." in lin.get(f"{PAGE}?withdrawn={number}").text

    assert note(world, world.browser(Role.STAFF), "", f"/notes/{number}/back") == 409
    assert note(world, lin, "", f"/notes/{number}/back") == 303
    assert [one.text for one in kept(world)] == ["left ear"]


def test_what_was_corrected_is_not_put_back_beside_what_corrects_it(world: World) -> None:
    lin = world.browser(Role.STAFF, "lin")
    note(world, lin, "left ear")
    number = kept(world)[0].id
    note(world, lin, "right ear", f"/notes/{number}")

    assert note(world, lin, "", f"/notes/{number}/back") == 409
    assert [one.text for one in kept(world)] == ["right ear"]


def test_a_colleagues_note_can_be_read_and_not_changed(world: World) -> None:
    lin, office = world.browser(Role.STAFF, "lin"), world.browser(Role.STAFF)
    note(world, lin, "left ear")
    world.gives_reason(office)

    assert "left ear" in office.get(PAGE).text
    assert "Withdraw this note" not in office.get(PAGE).text
    assert note(world, office, "no ear", f"/notes/{kept(world)[0].id}") == 409
    assert [one.text for one in kept(world)] == ["left ear"]


def test_a_note_that_says_nothing_or_too_much_is_not_kept(world: World) -> None:
    lin = world.browser(Role.STAFF, "lin")

    assert [note(world, lin, text) for text in ("", "  ", "x" * 501, "bell \x07")] == [303, 303, 422, 422]
    assert kept(world) == []


def test_a_number_that_no_note_can_have_is_refused_in_words(world: World) -> None:
    lin = world.browser(Role.STAFF, "lin")
    world.gives_reason(lin)

    for path in (f"/notes/{10**30}", f"/notes/{10**30}/back", f"/visits/{10**30}/undo"):
        assert note(world, lin, "left ear", path) == 422
