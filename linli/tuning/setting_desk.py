"""The settings that staff may choose on the pages, and their rehearsal on the stored signals."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pydantic.fields import FieldInfo

from dashboard.trial import Trial
from dashboard.tuning import Call, HomeRate, Result, Setting
from linli.chosen_settings import CHOSEN, REHEARSED, checked, effective, is_fixed
from linli.clock import Clock
from linli.errors import LinliError
from linli.evaluation.change import Changed
from linli.evaluation.trial import Call as Found
from linli.settings import Settings
from linli.steps import Tell
from linli.store import setting_choices
from linli.store.care import CareStore
from linli.store.setting_choices import Choice
from linli.tuning.beside import Beside
from linli.tuning.ladder_desk import LadderDesk
from linli.tuning.setting_rehearsal import rehearsed

NEVER = datetime.max.replace(tzinfo=UTC)


class SettingsDesk:
    """What holds, what was chosen, and one rehearsal at a time. `given` are the settings of the start.

    `ladders` are what else staff may change.
    """

    def __init__(self, given: Settings, care: CareStore, clock: Clock) -> None:
        self._given = given
        self._care = care
        self._clock = clock
        self._beside: Beside[Result] = Beside()
        self.ladders = LadderDesk(given, care, clock)

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
        shown = _shown(getattr(old, name)), _shown(getattr(new, name))
        self._beside.begin(Trial(name, *shown, by, self._clock.now()), _live_again, old, new)

    def trial(self) -> Trial[Result] | None:
        """Return the latest rehearsal."""
        return self._beside.trial()

    def stop(self) -> None:
        """End the rehearsal that runs, and forget what it found."""
        self._beside.stop()


def _live_again(old: Settings, new: Settings, tell: Tell) -> Result:
    return _result(rehearsed(old, new, (None, None), None, tell, cores=1))


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
