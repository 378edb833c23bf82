"""The key of a device: asked for in the wrong folder, the answer says where to look."""

import pytest

from linli.commands.token import TokenRole, identity_of
from linli.errors import LinliError
from linli.people import Role, Roster
from linli.store.access import Identity
from tests.cast import roster


def test_where_nobody_is_known_the_folder_is_asked_about_and_not_the_name() -> None:
    with pytest.raises(LinliError, match="folder with --data"):
        identity_of(TokenRole.VOLUNTEER, "ana", Roster())

    with pytest.raises(LinliError, match="person 'anna' is not known"):
        identity_of(TokenRole.VOLUNTEER, "anna", roster())


def test_staff_of_all_sites_come_in_before_anybody_is_known() -> None:
    assert identity_of(TokenRole.STAFF, "", Roster()) == Identity(Role.STAFF)
