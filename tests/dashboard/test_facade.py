"""A building stands as it does outside: floors from the top, doors around their stairs, gaps where nobody has joined."""

import pytest

from dashboard.facade import Building, buildings, counted, street
from linli.people import Home


def home(building: str, unit: str, floor: str, door: str, site: str = "garden") -> Home:
    """Return a home named for its place."""
    return Home(f"{building}-{unit}-{door}", site, building, unit, floor, door)


def drawn(building: Building) -> list[str]:
    """Return a building as text: doors, `.` where nobody has joined, `|` for the stairs."""
    return [
        " ".join(
            "|" if column.stairs else place.door if place else "."
            for column, place in zip(building.columns, floor.places, strict=True)
        )
        for floor in building.floors
    ]


def test_doors_stand_around_the_stairs_of_their_unit() -> None:
    (building,) = buildings(
        [
            home("3", "1", "1", "101"),
            home("3", "1", "1", "102"),
            home("3", "2", "3", "302"),
            home("3", "2", "1", "101"),
        ]
    )

    assert drawn(building) == [". | . . | 302", ". | . . | .", "101 | 102 101 | ."]
    assert [(width, one.unit if one else "") for width, one in building.feet] == [(3, "1"), (3, "2")]


def test_two_homes_at_one_place_both_have_a_window() -> None:
    (building,) = buildings([home("3", "", "2", "201"), Home("other", "garden", "3", "", "2", "201")])

    assert drawn(building) == ["201 | 201", ". | ."]


def test_a_building_without_floors_has_its_windows_in_rows() -> None:
    (building,) = buildings([Home(f"home-{number}", "garden", "east", door=str(number)) for number in range(1, 14)])

    assert drawn(building) == ["1 2 3 4 5 6 7 8 9 10", "11 12 13 . . . . . . ."]
    assert building.feet == [(10, None)]


@pytest.mark.parametrize("floors", [("B1", "1", "2"), ("ground", "upper")])
def test_floors_that_are_not_numbers_stand_all_the_same(floors: tuple[str, ...]) -> None:
    (building,) = buildings([home("3", "", floor, f"{floor}01") for floor in floors])

    assert {floor.name for floor in building.floors} == set(floors)


def test_no_home_is_left_out_whatever_the_roster_says() -> None:
    odd = [
        home("3", "1", "5", "502"),
        home("3", "1", "5", "5"),
        home("3", "", "", ""),
        home("", "", "-1", "x"),
        home("3", "二", "99", "9901"),
    ]

    shown = {place.home for building in buildings(odd) for floor in building.floors for place in floor.places if place}

    assert shown == {one.home for one in odd}


def test_buildings_are_sorted_as_people_count() -> None:
    found = buildings([home(name, "", "1", "101") for name in ("b10", "b2", "东", "b1")])

    assert [building.building for building in found] == ["b1", "b2", "b10", "东"]
    assert counted("b2") < counted("b10")


def test_a_tower_stands_apart_from_low_houses() -> None:
    low = [home(name, "", str(floor), f"{floor}01") for name in "123" for floor in range(1, 7)]
    tower = [home("4", "", str(floor), f"{floor}01") for floor in range(1, 15)]

    stands = street([*low, *tower])

    assert [building.building for building in stands.low] == ["1", "2", "3"]
    assert [building.building for building in stands.towers] == ["4"]
    assert street([]).low == ()


def test_doors_that_are_counted_through_the_house_do_not_make_it_as_wide_as_all_of_them() -> None:
    (building,) = buildings([home("3", "1", str(n // 4 + 1), str(n)) for n in range(24)])

    assert drawn(building)[-1] == "0 1 | 2 3"
    assert drawn(building)[0] == "20 21 | 22 23"


def test_few_homes_in_a_large_stairwell_keep_their_place() -> None:
    (building,) = buildings([home("3", "", "1", "101"), home("3", "", "2", "202"), home("3", "", "3", "303")])

    assert drawn(building) == [". . | 303", ". 202 | .", "101 . | ."]
