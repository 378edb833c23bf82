"""Where ladder files are changed, from a page or a terminal: the one way in which they are saved, and their rehearsal."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from alerts.ladder_file import Ladders, read
from alerts.ladders import BUILT_IN, Section
from alerts.rehearsal import Compared
from alerts.site_ladders import DEFAULT, Found, look
from dashboard.ladder_tuning import Otherwise, Rehearsed, Saved, Side
from dashboard.trial import Trial
from linli.clock import Clock
from linli.data_dir import DataDir
from linli.errors import Conflict, LinliError, StoreDown
from linli.files import replacing
from linli.rehearsal import Rehearsal
from linli.settings import Settings
from linli.steps import Tell
from linli.store import ladder_changes
from linli.store import roster as roster_store
from linli.store.care import CareStore
from linli.store.ladder_changes import LadderChange
from linli.tuning.beside import Beside
from linli.tuning.ladder_rehearsal import rehearsed_ladders

LAST = timedelta(days=60)
"""How much of the past is played again."""
CHANGED = "this ladder was changed meanwhile; look at it again"


class LadderDesk:
    """The ladder files of an installation. A running linli heeds what is saved within seconds, for new alerts."""

    def __init__(self, given: Settings, care: CareStore, clock: Clock) -> None:
        self._given = given
        self._care = care
        self._clock = clock
        self._beside: Beside[Rehearsed] = Beside()

    @property
    def _folder(self) -> Path:
        return DataDir(self._given.data).ladders

    def saved(self, name: str) -> Saved:
        """Return what is saved for a site, or for all that have none of their own."""
        found = look(self._folder)
        fault = found.faults.get(name) or found.faults.get("")
        own = frozenset(found.ladders.get(name, ()))
        return Saved(name, self._text(name), _in_force(found.ladders, name), own, fault)

    def _text(self, name: str) -> str | None:
        try:
            return (self._folder / f"{name}.txt").read_bytes().decode("utf-8-sig", errors="replace")
        except OSError:
            return None

    def save(self, name: str, text: str | None, *, before: str | None, by: str) -> None:
        """Put a text in the place of what was there, and keep who did; both or neither."""
        if text is not None:
            text = _lines(text)
            read(text, f"{name}.txt")
        held = self._text(name)
        if held != before:
            raise Conflict(CHANGED)
        if text == held:
            return
        try:
            with self._care.begin() as connection:
                ladder_changes.add(connection, name, text, before=held, by=by, at=self._clock.now())
                self._write(name, text)
        except StoreDown:
            self._write(name, held)
            raise

    def _write(self, name: str, text: str | None) -> None:
        path = self._folder / f"{name}.txt"
        if text is None:
            path.unlink(missing_ok=True)
            return
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as why:
            raise LinliError(f"the folder {self._folder.name} cannot be made: {why.strerror}") from why
        with replacing(path) as part:
            part.write_text(text, encoding="utf-8", newline="\n")

    def history(self, name: str) -> Sequence[LadderChange]:
        """Return who changed what, newest first."""
        with self._care.read() as connection:
            return ladder_changes.of(connection, name)

    def rehearse(self, name: str, text: str | None, *, by: str) -> None:
        """Begin to play the last weeks' alerts again, those whose ladder would be another."""
        now, text = self._clock.now(), None if text is None else _lines(text)
        changed = self.changed_by(name, text)
        trial: Trial[Rehearsed] = Trial(name, self._text(name) or "", text or "", by, now)
        self._beside.begin(trial, _play_again, self._given, changed, (now - LAST, now))

    def changed_by(self, name: str, text: str | None) -> Mapping[str, Ladders]:
        """Return, by site, the ladders that would be others under a text; raises BadLadder."""
        found = look(self._folder)
        then = {one: ladders for one, ladders in found.ladders.items() if one != name}
        if text is not None:
            then[name] = read(text, f"{name}.txt")
        return {site: _others(found, then, site) for site in self._sites(name)}

    def _sites(self, name: str) -> Iterable[str]:
        if name != DEFAULT:
            return [name]
        with self._care.read() as connection:
            return roster_store.load(connection).sites

    def trial(self) -> Trial[Rehearsed] | None:
        """Return the latest rehearsal."""
        return self._beside.trial()

    def stop(self) -> None:
        """End the rehearsal that runs, and forget what it found."""
        self._beside.stop()


def _lines(text: str) -> str:
    """Return a text as a file has it: a form sends other ends of lines, and none at the last."""
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip("\n") + "\n"


def _in_force(files: Mapping[str, Ladders], name: str) -> Ladders:
    return {**BUILT_IN, **files.get(DEFAULT, {}), **files.get(name, {})}


def _others(found: Found, then: Mapping[str, Ladders], site: str) -> Ladders:
    """Return a site's ladders that would be others than now."""
    now, new = _in_force(found.ladders, site), _in_force(then, site)
    return {section: new[section] for section in Section if new[section] != now[section]}


def _play_again(
    settings: Settings, changed: Mapping[str, Ladders], span: tuple[datetime, datetime], tell: Tell
) -> Rehearsed:
    return _found(rehearsed_ladders(settings, lambda site: changed.get(site, {}), span, None, tell))


def _found(rehearsal: Rehearsal) -> Rehearsed:
    sides = [Side(section, *rehearsal.of(section)) for section in Section]
    return Rehearsed(
        count=len(rehearsal.compared),
        faithful=sum(one.is_faithful for one in rehearsal.compared),
        sides=[side for side in sides if side.count],
        otherwise=[_otherwise(one) for one in reversed(rehearsal.compared) if one.old != one.new],
        left_out=rehearsal.left_out,
    )


def _otherwise(one: Compared) -> Otherwise:
    alert, old, new = one.truth.alert, one.old, one.new
    return Otherwise(
        alert=alert.id,
        home=alert.home,
        site=alert.site,
        kind=alert.kind,
        opened_at=alert.opened_at,
        person=(old.person_after, new.person_after),
        door=(old.door_after, new.door_after),
        messages=(sum(old.messages.values()), sum(new.messages.values())),
        called=one.newly_called,
        spared=one.spared,
    )
