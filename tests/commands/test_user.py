"""`linli user`: a changed login signs out who came in by it as it was, and one that is taken away lets nobody in."""

import shutil
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from linli.commands import user
from linli.commands.token import TokenRole
from linli.commands.user import command
from linli.errors import LinliError
from linli.people import Role
from linli.store import access
from linli.store.access import Identity, Session
from linli.store.care import CareStore
from tests.cast import EIGHT, MINUTE
from tests.watching import furnish

OFFICE, ANA = Identity(Role.STAFF), Identity(Role.VOLUNTEER, "ana")


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return furnish(tmp_path_factory.mktemp("user"))


@pytest.fixture
def folder(furnished: Path, tmp_path: Path) -> Path:
    return shutil.copytree(furnished, tmp_path / "data")


@pytest.fixture
def care(folder: Path) -> CareStore:
    return CareStore(f"sqlite:///{folder / 'care.db'}")


def sign_in(care: CareStore, cookie: str, identity: Identity) -> None:
    with care.begin() as connection:
        access.add_session(connection, cookie, Session(identity, "csrf", EIGHT + MINUTE), EIGHT)


def signed_in(care: CareStore, *cookies: str) -> list[bool]:
    """Return which of these cookies still open anything."""
    with care.read() as connection:
        return [access.by_session(connection, cookie, EIGHT) is not None for cookie in cookies]


@pytest.fixture
def put(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what sets a login, with a new password."""

    def run(login: str, role: TokenRole = TokenRole.STAFF, person: str = "") -> None:
        monkeypatch.setattr(sys, "stdin", StringIO("a new long password\n"))
        command(login, role=role, person=person, data=folder)

    return run


@pytest.mark.parametrize(
    ("role", "person"), [(TokenRole.STAFF, ""), (TokenRole.VOLUNTEER, "ana")], ids=["a new password", "another role"]
)
def test_who_was_signed_in_by_a_login_as_it_was_has_to_sign_in_again(
    care: CareStore, put: Callable[..., None], role: TokenRole, person: str
) -> None:
    put("office")
    sign_in(care, "office", OFFICE)
    sign_in(care, "ana", ANA)

    put("office", role, person)

    assert signed_in(care, "office", "ana") == [False, True]


def test_a_new_login_signs_nobody_out(care: CareStore, put: Callable[..., None]) -> None:
    sign_in(care, "office", OFFICE)

    put("office")

    assert signed_in(care, "office") == [True]


def test_a_call_for_help_is_written_down_while_a_password_is_worked_out(
    care: CareStore, put: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def worked_out(password: str) -> str:
        with care.begin():
            return f"of {password}"

    monkeypatch.setattr(user, "hashed", worked_out)

    put("office")

    with care.read() as connection:
        assert access.by_login(connection, "office") == ("of a new long password", OFFICE)


def test_a_login_that_is_taken_away_lets_nobody_in_any_more(
    folder: Path, care: CareStore, put: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    put("office")
    put("ana", TokenRole.VOLUNTEER, "ana")
    sign_in(care, "office", OFFICE)
    sign_in(care, "ana", ANA)

    command("office", remove=True, data=folder)

    assert capsys.readouterr().out.endswith("office can no longer sign in\n")
    assert signed_in(care, "office", "ana") == [False, True]
    with care.read() as connection:
        assert access.by_login(connection, "office") is None
        assert access.by_login(connection, "ana") is not None


def test_where_nobody_signs_in_by_a_name_that_is_said(folder: Path) -> None:
    with pytest.raises(LinliError, match="^nobody signs in as 'offfice'$"):
        command("offfice", remove=True, data=folder)


@pytest.mark.parametrize(
    ("role", "person", "works"), [(TokenRole.STAFF, "", False), (TokenRole.VOLUNTEER, "ana", True)]
)
def test_the_link_of_the_first_start_ends_once_there_is_a_password_for_staff(
    care: CareStore, put: Callable[..., None], role: TokenRole, person: str, *, works: bool
) -> None:
    with care.begin() as connection:
        access.add_link(connection, "first", OFFICE, EIGHT + MINUTE, EIGHT)
        access.add_link(connection, "anas", ANA, EIGHT + MINUTE, EIGHT)

    put("new", role, person)

    with care.begin() as connection:
        assert access.use_link(connection, "first") is works
        assert access.use_link(connection, "anas")
