"""The invariants: what must hold after any run, whatever was killed where. Nothing here asks linli; it looks from outside."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bench.crash.looks import Look, Row, detail
from bench.crash.runs import Run
from bench.crash.scenarios import Call


class Harm(StrEnum):
    """The five ways in which a neighbourhood can be let down; alarmed is who hears of what is only a drill."""

    LOST = "lost"
    STUCK = "stuck"
    UNTRACED = "untraced"
    DOUBLED = "doubled"
    ALARMED = "alarmed"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, in words."""

    harm: Harm
    words: str


def faults(run: Run, unharmed: Run) -> list[Fault]:
    """Return what is wrong after a run; `unharmed` is the same scenario without a kill."""
    found = [*_lost(run, unharmed), *_stuck(run), *_untraced(run), *_doubled(run, unharmed), *_alarmed(run)]
    if run.scenario.is_comparable:
        found += _different(run, unharmed)
    return found


# lost: a call of which there is no alert, or of which nobody was told


def _lost(run: Run, unharmed: Run) -> Iterator[Fault]:
    look, told = run.looks[-1], _told(run)
    for call in run.scenario.calls:
        alerts = _alerts_about(look, call)
        if not alerts:
            yield Fault(Harm.LOST, f"there is no alert about {_words_for(call)}")
        for alert in alerts:
            if not told[alert]:
                yield Fault(Harm.LOST, f"nobody was told of {_words_for(call)}")
            for person in sorted(call.told - told[alert]):
                yield Fault(Harm.LOST, f"{person} was not told of {_words_for(call)}")
    drills = set[str]().union(*(_alerts_about(look, call) for call in run.scenario.calls if call.drill))
    for row in look.alerts:
        if row["drill"] and row["id"] not in drills:
            yield Fault(Harm.LOST, f"a call from {row['home']} was taken for a drill")
    if run.signals < unharmed.signals:
        yield Fault(Harm.LOST, f"{unharmed.signals - run.signals} signals were acknowledged and are not stored")


def _alerts_about(look: Look, call: Call) -> set[str]:
    """Return the alerts of a home, and those of a kind that one of its episodes has joined: one may be about many homes."""
    home, kind = call.home, call.kind
    alike = {str(a["id"]) for a in look.alerts if bool(a["drill"]) is call.drill}
    own = {str(a["id"]) for a in look.alerts if a["home"] == home and a["kind"] == kind}
    episodes = (e for e in look.episodes if f":{home}:" in f"{e['key']}:" and str(e["key"]).startswith(f"{kind}:"))
    return alike & (own | {str(episode["alert"]) for episode in episodes})


def _words_for(call: Call) -> str:
    return f"{call.home or 'nobody at home'}: {'drill of ' if call.drill else ''}{call.kind}"


def _told(run: Run) -> Mapping[str, set[str]]:
    """Return who was told, by alert."""
    told: dict[str, set[str]] = defaultdict(set)
    for life in run.lives:
        for line in life:
            if line["what"] == "received":
                told[line["name"].partition(".")[0]].add(line["detail"])
    return told


# alarmed: a drill that reaches people whom it is not meant for


def _alarmed(run: Run) -> Iterator[Fault]:
    look, told = run.looks[-1], _told(run)
    for call in run.scenario.calls:
        for alert in _alerts_about(look, call) if call.drill else ():
            for person in sorted(told[alert] - call.told):
                yield Fault(Harm.ALARMED, f"{person} was called for {_words_for(call)}")


# stuck: what should have gone on and did not


def _stuck(run: Run) -> Iterator[Fault]:
    for life, end in zip(run.lives, run.ends, strict=True):
        for line in life:
            if line["what"] in {"stuck", "harness"}:
                yield Fault(Harm.STUCK, line["name"])
        if end not in {"well", "killed"}:
            yield Fault(Harm.STUCK, f"linli ended by itself: {end}")
    look = run.looks[-1]
    for alert in look.open_alerts():
        yield Fault(Harm.STUCK, f"{alert['id']} is still {alert['state']} at the end")
    for notice in look.outbox:
        if notice["state"] in {"waiting", "leased"}:
            yield Fault(Harm.STUCK, f"{notice['key']} is still {notice['state']} at the end")


# untraced: what happened and stands in no log, or stands there and never happened


def _untraced(run: Run) -> Iterator[Fault]:
    look = run.looks[-1]
    received = set(_received(run))
    for key in received - {str(detail(line).get("key")) for line in look.log}:
        yield Fault(Harm.UNTRACED, f"{key} was received, and no line of the log names it")
    for key in set(_sent(look)) - received:
        yield Fault(Harm.UNTRACED, f"the log says that {key} was sent, and nobody received it")
    for alert in look.alerts:
        lines = Counter(line["what"] for line in look.log if line["alert"] == alert["id"])
        wanted = ["opened", "closed"] if alert["state"] == "closed" else ["opened"]
        for what in wanted:
            if not lines[what]:
                yield Fault(Harm.UNTRACED, f"the log of {alert['id']} does not say {what}")
        if alert["drill"] and not any(d["alert"] == alert["id"] and d["passed_at"] for d in look.drills):
            yield Fault(Harm.UNTRACED, f"the list of drills does not say that {alert['id']} passed")


# doubled: the same thing twice for those whom it reaches


def _doubled(run: Run, unharmed: Run) -> Iterator[Fault]:
    for key, times in Counter(_received(run)).items():
        if times > 1 + run.kills:
            yield Fault(Harm.DOUBLED, f"{key} was received {times} times after {run.kills} kills")
    if run.signals > unharmed.signals:
        yield Fault(Harm.DOUBLED, f"{run.signals - unharmed.signals} signals are stored twice")
    yield from _doubled_by_life(run)
    for words, times in _happenings(run.looks[-1]).items():
        if times > 1:
            yield Fault(Harm.DOUBLED, f"{times} times: {words}")


def _happenings(look: Look) -> Counter[str]:
    """Count what may happen once only."""
    told = [f"the log says that {key} was sent" for key in _sent(look)]
    told += [f"{line['alert']} was {line['what']}" for line in look.log if line["what"] in {"opened", "closed"}]
    told += [f"{drill['alert']} was announced" for drill in look.drills if drill["alert"]]
    return Counter([*told, *(f"there is an alert about {name}" for name in _names(look).values())])


def _doubled_by_life(run: Run) -> Iterator[Fault]:
    """A resend is for a kill that came before the answer was on record: never in one life, never of what is recorded."""
    recorded: set[object] = set()
    for life, look in zip(run.lives, run.looks, strict=True):
        keys = Counter(line["name"] for line in life if line["what"] == "received")
        for key, times in keys.items():
            if times > 1:
                yield Fault(Harm.DOUBLED, f"{key} was sent {times} times without a kill between")
            if key in recorded:
                yield Fault(Harm.DOUBLED, f"{key} was sent again although it was on record as sent")
        recorded |= {notice["key"] for notice in look.outbox if notice["state"] == "sent"}


# different: after a short death all must be as if there had been none


def _different(run: Run, unharmed: Run) -> Iterator[Fault]:
    keys, wanted_keys = _named_keys(run), _named_keys(unharmed)
    for key in wanted_keys - keys:
        yield Fault(Harm.LOST, f"{key} was never received, and is without a kill")
    for key in keys - wanted_keys:
        yield Fault(Harm.DOUBLED, f"{key} was received, and is not without a kill")
    story, wanted = _story(run.looks[-1]), _story(unharmed.looks[-1])
    for line in wanted - story:
        yield Fault(Harm.UNTRACED, f"the log lacks {line}")
    for line in story - wanted:
        yield Fault(Harm.DOUBLED, f"the log has {line} once too often")


def _named_keys(run: Run) -> set[str]:
    names = _names(run.looks[-1])
    return {f"{names.get(alert, alert)}.{rest}" for alert, _, rest in (key.partition(".") for key in _received(run))}


def _story(look: Look) -> Counter[tuple[str, ...]]:
    names = _names(look)
    return Counter((names[str(line["alert"])], *_words(line)) for line in look.log)


def _words(line: Row) -> tuple[str, ...]:
    return str(line["what"]), str(line["who"]), str(detail(line).get("person", ""))


def _names(look: Look) -> dict[str, str]:
    """Return a name for each alert that does not hang on the millisecond at which its message came."""
    return {
        str(alert["id"]): f"{alert['home']}-{alert['kind']}{'-drill' if alert['drill'] else ''}"
        for alert in look.alerts
    }


def _received(run: Run) -> list[str]:
    """Return the keys of all messages that a far end has taken, each as often as it came."""
    return [line["name"] for life in run.lives for line in life if line["what"] == "received"]


def _sent(look: Look) -> list[str]:
    """Return the keys of what the log says was sent; linli's own inbox is no far end that could say what it got."""
    sent = (detail(line) for line in look.log if line["what"] == "notice_sent")
    return [str(told["key"]) for told in sent if told["channel"] != "inbox"]
