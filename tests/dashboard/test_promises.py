"""How long somebody may promise to need, in the hand and over the API: two hours, and not a minute more."""

import pytest

from linli.alert import AlertState
from linli.people import Role
from tests.dashboard.world import World


@pytest.mark.parametrize(
    ("minutes", "stands"),
    [(0, AlertState.OPEN), (1, AlertState.ACCEPTED), (120, AlertState.ACCEPTED), (121, AlertState.OPEN)],
)
def test_a_promise_is_of_one_minute_to_two_hours(world: World, minutes: int, stands: AlertState) -> None:
    alert = world.press_sos()
    link = world.services.links.accept(alert.id, "ana")
    refused = stands is AlertState.OPEN

    by_link = world.browser().post(link, data={"verb": "accept", "minutes": minutes})
    assert (by_link.status_code == 422) is refused
    assert {one.id: one.state for one in world.desk.open_alerts()}[alert.id] is stands

    by_api = world.api(Role.STAFF).post(f"/api/v1/alerts/{alert.id}/accept", json={"minutes": minutes})
    assert (by_api.status_code == 422) is refused
