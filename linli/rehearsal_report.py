"""What a rehearsal has found, as lines to read and as plain values for other programs. Ids only, no names."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, timedelta, tzinfo

from alerts.ladder_file.lengths import written_length
from alerts.ladders import Section
from alerts.rehearsal import Compared, Habit, Played, Sums, Times
from linli.people import Role
from linli.rehearsal import Rehearsal

Plain = dict[str, object]
_WIDE, _CELL = 34, 16
_NAMES = {
    Role.VOLUNTEER: "volunteers",
    Role.FAMILY: "families",
    Role.STAFF: "staff",
    Role.PROFESSIONAL: "professionals",
}


def lines(found: Rehearsal, zone: tzinfo | None) -> Iterator[str]:
    """Yield a line for each alert, then the sums, then what they rest on."""
    for one in found.compared:
        yield _alert(one, zone or UTC)
    for section in Section:
        count, old, new = found.of(section)
        if count:
            yield ""
            yield from _section(section, count, old, new)
    yield ""
    yield from _called(found)
    yield from _rests_on(found)


def _alert(one: Compared, zone: tzinfo) -> str:
    alert, old, new = one.truth.alert, one.old, one.new
    parts = [
        f"{alert.opened_at.astimezone(zone):%Y-%m-%d %H:%M}",
        alert.home or alert.site or "linli",
        alert.kind,
        f"person {_change(_wait(old, old.person_after), _wait(new, new.person_after))}",
        f"door {_change(_wait(old, old.door_after), _wait(new, new.door_after))}",
        f"messages {_change(str(sum(old.messages.values())), str(sum(new.messages.values())))}",
    ]
    parts += [f"called besides: {' '.join(one.newly_called)}"] if one.newly_called else []
    parts += [f"not called: {' '.join(one.spared)}"] if one.spared else []
    return "  ".join(parts)


def _change(old: str, new: str) -> str:
    return old if old == new else f"{old} -> {new}"


def _wait(played: Played, after: timedelta | None) -> str:
    return "not needed" if after is None and played.by_itself else _length(after)


def _length(after: timedelta | None) -> str:
    return "never" if after is None else written_length(after, "en")


def _section(section: Section, count: int, old: Sums, new: Sums) -> Iterator[str]:
    title = f"{section.replace('_', ' ')}: {count} alerts"
    rows: list[tuple[str, str, str]] = [
        ("to a person, the middle one", _length(old.person.median), _length(new.person.median)),
        ("to a person, 19 of 20 within", _length(old.person.p95), _length(new.person.p95)),
        ("to the door, the middle one", _length(old.door.median), _length(new.door.median)),
        ("to the door, 19 of 20 within", _length(old.door.p95), _length(new.door.p95)),
        ("nobody went", str(old.nobody), str(new.nobody)),
        ("ended by themselves", str(old.by_itself), str(new.by_itself)),
        ("messages", str(old.messages), str(new.messages)),
        ("messages per volunteer", f"{old.per_volunteer:.1f}", f"{new.per_volunteer:.1f}"),
        ("the most for one volunteer", _busiest(old), _busiest(new)),
    ]
    cell = max(_CELL, 2 + max(len(text) for _, *sides in rows for text in sides))  # ids may be long
    yield f"{title:<{_WIDE}}{'old':>{cell}}{'new':>{cell}}"
    for name, before, after in rows:
        yield f"  {name:<{_WIDE - 2}}{before:>{cell}}{after:>{cell}}"


def _busiest(side: Sums) -> str:
    person, count = side.busiest
    return f"{count} ({person})" if count else "0"


def _called(found: Rehearsal) -> Iterator[str]:
    for name, counts in _changed(found).items():
        if counts:
            listed = ", ".join(f"{person} {count}" for person, count in counts.most_common(20))
            rest = f" and {len(counts) - 20} more" if len(counts) > 20 else ""
            yield f"{name} (alerts): {listed}{rest}"


def _changed(found: Rehearsal) -> dict[str, Counter[str]]:
    return {
        "called besides": Counter(person for one in found.compared for person in one.newly_called),
        "not called": Counter(person for one in found.compared for person in one.spared),
    }


def _rests_on(found: Rehearsal) -> Iterator[str]:
    if not found.compared:
        yield "no alerts to rehearse"
    else:
        same = sum(one.is_faithful for one in found.compared)
        yield f"the old ladder, rehearsed, comes out as it truly was (to 10 s) in {same} of {len(found.compared)} alerts"
        for role, name in _NAMES.items():
            yield _habit(name, found.habits[role])
    if found.left_out:
        yield f"left out: {', '.join(f'{count} {reason}' for reason, count in found.left_out.items())}"


def _habit(name: str, habit: Habit) -> str:
    begin = f"{name} who were not called in truth are taken to"
    if not habit.seen:
        return f"{begin} stay silent: none was ever called"
    if habit.goes_after is None:
        return f"{begin} stay silent, as most did ({habit.seen} calls)"
    door = f", at the door {_length(habit.arrives_after)} later" if habit.arrives_after is not None else ""
    return f"{begin} go after {_length(habit.goes_after)}{door} (the middle one of {habit.seen} calls)"


def plain(found: Rehearsal) -> Plain:
    """Return everything as values that JSON can keep; lengths of time in seconds, null: never."""
    return {
        "alerts": [_plain_alert(one) for one in found.compared],
        "sums": {section: _plain_sums(found, section) for section in Section if found.of(section)[0]},
        "called_besides": dict(_changed(found)["called besides"]),
        "not_called": dict(_changed(found)["not called"]),
        "as_in_truth": sum(one.is_faithful for one in found.compared),
        "assumed": {role: _plain_habit(found.habits[role]) for role in _NAMES},
        "left_out": dict(found.left_out),
    }


def _plain_alert(one: Compared) -> Plain:
    alert, truth = one.truth.alert, one.truth
    return {
        "alert": alert.id,
        "home": alert.home,
        "kind": alert.kind,
        "ladder": one.section,
        "opened_at": alert.opened_at.isoformat(),
        "truth": {"person": _seconds(truth.person_after), "door": _seconds(truth.door_after)},
        "old": _plain_played(one.old),
        "new": _plain_played(one.new),
        "called_besides": list(one.newly_called),
        "not_called": list(one.spared),
    }


def _plain_played(played: Played) -> Plain:
    return {
        "person": _seconds(played.person_after),
        "door": _seconds(played.door_after),
        "messages": dict(played.messages),
        "called": list(played.called),
        "closed": played.is_closed,
        "by_itself": played.by_itself,
    }


def _plain_sums(found: Rehearsal, section: Section) -> Plain:
    count, old, new = found.of(section)
    return {"alerts": count, "old": _plain_side(old), "new": _plain_side(new)}


def _plain_side(side: Sums) -> Plain:
    return {
        "person": _plain_times(side.person),
        "door": _plain_times(side.door),
        "nobody": side.nobody,
        "by_itself": side.by_itself,
        "messages": side.messages,
        "messages_per_volunteer": round(side.per_volunteer, 2),
        "busiest": {"person": side.busiest[0], "messages": side.busiest[1]},
    }


def _plain_times(times: Times) -> Mapping[str, float | None]:
    return {"median": _seconds(times.median), "p95": _seconds(times.p95)}


def _plain_habit(habit: Habit) -> Plain:
    return {
        "calls": habit.seen,
        "goes_after": _seconds(habit.goes_after),
        "at_the_door_after": _seconds(habit.arrives_after),
    }


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else round(length.total_seconds(), 1)
