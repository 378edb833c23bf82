"""The settings that staff may choose on the pages, and their rehearsal: in a process of its own, so that no call waits for it."""

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess

from pydantic.fields import FieldInfo

from dashboard.tuning import Call, HomeRate, Result, Setting, Trial
from linli.chosen_settings import CHOSEN, REHEARSED, checked, effective, is_fixed
from linli.clock import Clock
from linli.commands.rehearse_setting import rehearsed
from linli.errors import Conflict, LinliError
from linli.evaluation.change import Changed
from linli.evaluation.trial import Call as Found
from linli.settings import Settings
from linli.store import setting_choices
from linli.store.care import CareStore
from linli.store.setting_choices import Choice

_GONE = "the rehearsal ended before its time; try again"
_NICE = 10
NEVER = datetime.max.replace(tzinfo=UTC)


class SettingsDesk:
    """What holds, what was chosen, and one rehearsal at a time. `given` are the settings of the start."""

    def __init__(self, given: Settings, care: CareStore, clock: Clock) -> None:
        self._given = given
        self._care = care
        self._clock = clock
        self._lock = threading.Lock()
        self._trial: Trial | None = None
        self._process: BaseProcess | None = None

    def settings(self) -> Sequence[Setting]:
        """Return all that staff may choose."""
        now = self._now()
        return [_setting(name, self._given, now) for name in CHOSEN]

    def _now(self) -> Settings:
        with self._care.read() as connection:
            return effective(self._given, setting_choices.in_force(connection))

    def choose(self, name: str, value: str | None, *, by: str) -> None:
        """Let a value hold from now on; a running linli heeds it within seconds."""
        checked(self._given, name, _default(name) if value is None else value)
        with self._care.begin() as connection:
            held = effective(self._given, setting_choices.in_force(connection))
            before = _shown(getattr(held, name))
            setting_choices.choose(connection, name, value, before=before, by=by, at=self._clock.now())

    def history(self) -> Sequence[Choice]:
        """Return what was chosen, newest first."""
        with self._care.read() as connection:
            return setting_choices.history(connection)

    def rehearse(self, name: str, value: str, *, by: str) -> None:
        """Begin to live the past again under a value, in a process that lets everything else go first."""
        checked(self._given, name, value)
        if name not in REHEARSED:
            raise LinliError(f"{name} has no past to rehearse")
        old = self._now()
        new = Settings(**{**old.model_dump(exclude_unset=True), name: value})
        trial = Trial(name, _shown(getattr(old, name)), _shown(getattr(new, name)), by, self._clock.now())
        with self._lock:
            if not _is_same(self._trial, trial):
                self._begin(trial, old, new)

    def _begin(self, trial: Trial, old: Settings, new: Settings) -> None:
        """Start the process; within the lock, so that there is never one that nobody sees or could stop."""
        context = get_context("spawn")
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_live_again, args=(old, new, there), name="rehearsal", daemon=True)
        process.start()
        self._trial, self._process = trial, process
        there.close()
        threading.Thread(target=self._listen, args=(here, process), name="rehearsal", daemon=True).start()

    def _listen(self, here: Pipe, process: BaseProcess) -> None:
        """Note what the process says until it ends; what a stopped one still says is nobody's business."""
        try:
            while True:
                self._note(process, **here.recv())
        except (EOFError, OSError):
            here.close()
        process.join()
        with self._lock:
            is_ours = self._process is process and self._trial is not None and self._trial.is_running
        if is_ours:
            self._note(process, fault=_GONE)

    def _note(self, process: BaseProcess, **said: object) -> None:
        with self._lock:
            if self._process is process and self._trial is not None:
                self._trial = replace(self._trial, **said)  # type: ignore[arg-type]  # what _live_again sends

    def trial(self) -> Trial | None:
        """Return the latest rehearsal."""
        with self._lock:
            return self._trial

    def stop(self) -> None:
        """End the rehearsal that runs, and forget what it found."""
        with self._lock:
            process, self._process, self._trial = self._process, None, None
        if process is not None and process.is_alive():
            process.terminate()


def _is_same(running: Trial | None, wanted: Trial) -> bool:
    """Tell whether the rehearsal that is wanted is under way; raises Conflict where another one is."""
    if running is None or not running.is_running:
        return False
    if (running.name, running.before, running.value) != (wanted.name, wanted.before, wanted.value):
        raise Conflict(f"{running.name} is being rehearsed; stop that first, or wait until it has ended")
    return True


def _live_again(old: Settings, new: Settings, there: Pipe) -> None:
    """Rehearse, and tell how far it has come and what was found."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    try:
        found = rehearsed(
            old, new, (None, None), None, lambda done, total: there.send({"done": done, "total": total}), cores=1
        )
        there.send({"result": _result(found)})
    except LinliError as why:
        there.send({"fault": str(why)})
    finally:
        there.close()


def _result(found: Sequence[Changed]) -> Result:
    rates = [HomeRate(one.home, one.days, *one.a_month()) for one in found]
    calls = [
        Call(one.home, pair.call.kind, one.zone, _at(pair.old), _at(pair.new), pair.call.why)
        for one in found
        for pair in one.pairs
    ]
    return Result(sum(one.days for one in found), rates, sorted(calls, key=lambda call: call.new or call.old or NEVER))


def _at(call: Found | None) -> datetime | None:
    return call.at if call else None


def _setting(name: str, given: Settings, now: Settings) -> Setting:
    field = Settings.model_fields[name]
    low, high = _limits(field)
    return Setting(
        name=name,
        text=field.description or "",
        unit=_unit(field),
        default=_default(name),
        value=_shown(getattr(now, name)),
        low=low,
        high=high,
        fixed=is_fixed(given, name),
        rehearsed=name in REHEARSED,
    )


def _unit(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return str(extra["unit"]) if isinstance(extra, Mapping) else ""


def _limits(field: FieldInfo) -> tuple[float, float]:
    found = {
        name: float(value)
        for one in field.metadata
        for name in ("ge", "gt", "le")
        if (value := getattr(one, name, None)) is not None
    }
    return found.get("ge", found.get("gt", 0.0)), found.get("le", 1e9)


def _default(name: str) -> str:
    return _shown(Settings.model_fields[name].default)


def _shown(value: float) -> str:
    """Return a number as people write it: 8, not 8.0."""
    return f"{value:g}"
