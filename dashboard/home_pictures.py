"""The pictures of one home, put together from what is stored: today with her line, and the weeks below it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from dashboard.access import Reach
from dashboard.actogram import Actogram, Span, actogram_of
from dashboard.day_axis import begin_of, day_of, end_of, nights
from dashboard.screens import Words
from dashboard.services import Services
from dashboard.silence_line import Allowed, line_through
from dashboard.spans import spans_of
from dashboard.standing import Standing
from dashboard.strip import Foretold, Strip, signs_of, strip_of
from linli.alert import AlertKind
from linli.home_state import Next
from linli.signals import Signal
from linli.store import habits
from linli.words import translate
from models.habits.customs import UNKNOWN, Customs
from models.habits.model import BadModel, HomeModel, model_from_json

CHOICES = (28, 42, 56)
"""Days that can be shown."""
MOST_SIGNALS = 80_000
"""What is older than so many signals is left out, which the page says."""
_BEFORE = timedelta(hours=13)
"""A silence on today's picture may have begun so long before it."""


@dataclass(frozen=True)
class Pictures:
    """Everything that is drawn of one home. `model` decides there, by people in general until something is learned."""

    strip: Strip
    weeks: Actogram
    nights: list[tuple[float, float]]
    model: HomeModel | None
    is_cut: bool

    @property
    def customs(self) -> Customs:
        """Return what is usual there."""
        return UNKNOWN if self.model is None else self.model.customs


def pictures_of(services: Services, asker: Reach, standing: Standing, words: Words, days: int) -> Pictures:
    """Return the pictures of a home, of so many days."""
    home, now = standing.home, words.now
    today = day_of(now, home.zone)
    begin = datetime.combine(today - timedelta(days=days), time(18), home.zone).astimezone(UTC)
    heard = services.signals.recent(home.home, since=begin, limit=MOST_SIGNALS)
    signs = signs_of(heard)
    model = model_in_use(services, home.home)
    spans = [
        *spans_of(services, asker, standing, words, begin),
        *_not_heard_yet(services, home.home, heard, begin, words),
    ]
    lately = [sign for sign in signs if sign.at > begin_of(today, home.zone) - _BEFORE]
    coming = standing.view.next
    strip = strip_of(
        lately,
        _rooms(services, home.home),
        now,
        home.zone,
        Foretold(standing.view.last_sign_at, *_asked_about_silence(coming), _rang(standing)),
        _line(model, lately, standing, today),
        spans,
    )
    weeks = actogram_of(signs, days, now, home.zone, spans)
    slept = nights(model.customs.sleeps if model is not None else None)
    return Pictures(strip, weeks, slept, model, len(heard) == MOST_SIGNALS)


def _asked_about_silence(coming: Next) -> tuple[datetime | None, datetime | None]:
    """Return when silence is asked about and others are called for it; a check-in or the bathroom is not on this picture."""
    is_silence = coming.about in {None, AlertKind.INACTIVITY}
    return (coming.asks_at, coming.calls_at) if is_silence else (None, None)


def _rang(standing: Standing) -> tuple[datetime, ...]:
    return tuple(one.alert.opened_at for one in standing.alerts)


def _not_heard_yet(services: Services, home: str, heard: list[Signal], begin: datetime, words: Words) -> Iterator[Span]:
    """Yield the time before the first signal, if that lies within the days shown: empty rows are no silence of hers."""
    if len(heard) < MOST_SIGNALS and not services.signals.recent(home, until=begin, limit=1):
        first = heard[-1].at if heard else words.now
        yield Span("unseen", begin, first, translate("Not heard of yet", words.language))


def _rooms(services: Services, home: str) -> list[str]:
    return list(dict.fromkeys(device.room for device in services.roster().devices_by_home.get(home, ()) if device.room))


def _line(model: HomeModel | None, lately: list[Signal], standing: Standing, today: date) -> list[Allowed]:
    if model is None:
        return []
    zone = standing.home.zone
    return line_through(
        model,
        lately,
        zone,
        begin=begin_of(today, zone),
        end=end_of(today, zone),
        asks_at=_asked_about_silence(standing.view.next)[0],
    )


def model_in_use(services: Services, home: str) -> HomeModel | None:
    """Return the model that decides in a home; None where silence is judged by the fixed line."""
    with services.care.read() as connection:
        learned = habits.in_use_of(connection, home)
    try:
        return model_from_json(learned.model) if learned is not None else services.first_line(home)
    except BadModel:
        return services.first_line(home)
