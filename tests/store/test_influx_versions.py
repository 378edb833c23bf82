"""What is only true of InfluxDB 2 and 3, against a strict stand-in: buckets, mappings, deletion, and what 3 cannot do."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from linli.clock import VirtualClock, millis
from linli.errors import StoreDown
from linli.health import Health
from linli.signals import Signal
from linli.store.influx_signals import Address, Delivery, InfluxSignalStore, misfit
from linli.store.influx_signals.schema import EVER
from tests.cast import EIGHT, MINUTE
from tests.influx_api import ORG, TOKEN, InfluxApi
from tests.store.contract import HOME, OTHER, signal

YEAR = timedelta(days=365)
Open = Callable[[Address], InfluxSignalStore]


@pytest.fixture
def api(request: pytest.FixtureRequest) -> Iterator[InfluxApi]:
    made = InfluxApi(request.param)
    yield made
    made.stop()


@pytest.fixture
def open_(tmp_path: Path) -> Iterator[Open]:
    opened: list[InfluxSignalStore] = []

    def opens(address: Address) -> InfluxSignalStore:
        opened.append(InfluxSignalStore(tmp_path / "signals.db", address, clock=VirtualClock(EIGHT)))
        return opened[-1]

    yield opens
    for store in opened:
        store.close()


def deliver(store: InfluxSignalStore) -> None:
    clock = VirtualClock(EIGHT + MINUTE)
    Delivery(store, clock, Health(clock), window=timedelta(days=7)).send_all()


two = pytest.mark.parametrize("api", ["v2.7.12"], indirect=True)
three = pytest.mark.parametrize("api", ["3.0.1"], indirect=True)


@two
def test_buckets_are_made_and_found_by_influxql(api: InfluxApi, open_: Open) -> None:
    store = open_(Address(api.url, "linli", ORG, TOKEN, retention=YEAR))

    assert misfit(store.server) is None
    assert api.buckets == {"linli": 365 * 86400, "linli_long": 0}
    assert api.mapped == {"linli", "linli_long"}
    assert misfit(store.server) is None


@two
def test_a_home_is_deleted_in_both_buckets_and_only_after_its_lines(api: InfluxApi, open_: Open) -> None:
    store = open_(Address(api.url, "linli", ORG, TOKEN))
    store.append([signal(home='a "b"'), signal(home=OTHER)])
    store.forget('a "b"')

    deliver(store)

    assert api.deleted == [(bucket, 'home="a \\"b\\""') for bucket in ("linli", "linli_long")]
    assert len(api.lines) == 1


@two
@pytest.mark.parametrize(
    ("address", "told"),
    [
        (("linli", "", TOKEN), "set influxdb_org"),
        (("linli", "river", TOKEN), "no organisation river"),
        (("linli", ORG, "wrong"), "refuses the token"),
        (("short", ORG, TOKEN), "keeps short for 30 days, linli is to keep it for ever"),
    ],
    ids=["no organisation", "another organisation", "token", "retention"],
)
def test_what_does_not_fit_is_said(api: InfluxApi, open_: Open, address: tuple[str, str, str], told: str) -> None:
    api.buckets["short"] = 30 * 86400
    bucket, org, token = address
    store = open_(Address(api.url, bucket, org, token))

    assert told in str(misfit(store.server))


@three
def test_influxdb_3_must_let_signals_go_by_themselves(api: InfluxApi, open_: Open) -> None:
    assert "set influxdb_retention_days" in str(misfit(open_(Address(api.url, "linli", token=TOKEN)).server))

    store = open_(Address(api.url, "linli", token=TOKEN, retention=YEAR))
    assert misfit(store.server) is None
    assert misfit(store.server) is None, "what is there is no mistake"
    assert api.buckets == {"linli": 365 * 86400, "linli_long": 365 * 86400}, "the hours cannot be deleted either"


@three
def test_influxdb_3_keeps_signals_as_long_as_is_wished(api: InfluxApi, open_: Open) -> None:
    assert misfit(open_(Address(api.url, "linli", token=TOKEN, retention=YEAR)).server) is None

    other = open_(Address(api.url, "linli", token=TOKEN, retention=timedelta(days=100)))

    assert "keeps linli for 365 days, linli is to keep it for 100 days" in str(misfit(other.server))


@three
@pytest.mark.parametrize(
    "words",
    [
        "error from wal: Generic LocalFileSystem error: Unable to write: No space left on device (os error 28)",
        "catalog update error: object store error: Generic LocalFileSystem error",
    ],
)
def test_influxdb_3_with_a_full_disk_refuses_nothing_for_good(api: InfluxApi, open_: Open, words: str) -> None:
    store = open_(Address(api.url, "linli", token=TOKEN, retention=YEAR))
    store.append([signal()])
    api.write_trouble = (400, words)
    with pytest.raises(StoreDown):
        deliver(store)
    assert (store.spooled().batches, store.spooled().refused, api.lines) == (1, 0, [])

    api.write_trouble = None
    deliver(store)

    assert (store.spooled().batches, len(api.lines)) == (0, 1)


@three
def test_what_influxdb_3_may_not_open_enough_files_for_is_said(api: InfluxApi, open_: Open) -> None:
    store = open_(Address(api.url, "linli", token=TOKEN, retention=YEAR))
    store.append([signal()])
    deliver(store)
    store.window.prune(EVER, 0)
    api.read_trouble = (
        500,
        "query error: error while planning query: Query would exceed file limit of 432 parquet files.",
    )

    with pytest.raises(StoreDown, match="--query-file-limit"):
        list(store.between(None, None))


@three
def test_staff_are_told_while_pages_cannot_show_what_is_older(api: InfluxApi, open_: Open) -> None:
    store = open_(Address(api.url, "linli", token=TOKEN, retention=YEAR))
    store.append([signal()])
    clock = VirtualClock(EIGHT + MINUTE)
    delivery = Delivery(store, clock, health := Health(clock), window=timedelta(days=7))
    delivery.turn()
    store.window.prune(EVER, 0)
    api.rows = [_row(signal())]

    api.read_trouble = (500, "Query would exceed file limit of 432 parquet files.")
    assert store.recent(HOME) == []
    delivery.turn()
    (trouble,) = health.troubles()
    assert (trouble.why.fields["days"], "--query-file-limit" in str(trouble.why.fields["why"])) == (7, True)

    api.read_trouble = None
    assert store.recent(HOME) == [signal()]
    delivery.turn()
    assert health.troubles() == []


@three
def test_what_influxdb_3_cannot_delete_is_never_shown_again(api: InfluxApi, open_: Open) -> None:
    store = open_(Address(api.url, "linli", token=TOKEN, retention=YEAR))
    store.append([signal()])
    deliver(store)
    store.forget(HOME)
    deliver(store)

    assert api.deleted == []
    assert store.cannot_erase
    assert store.spooled().batches == 0
    store.append([signal(EIGHT + MINUTE, key="new life")])
    assert store.recent(HOME) == [signal(EIGHT + MINUTE, key="new life")]
    deliver(store)
    store.window.prune(EVER, 0)
    api.rows = [_row(signal()), _row(signal(home=OTHER)), _row(signal(EIGHT + MINUTE, key="new life"))]
    assert list(store.between(None, None)) == [signal(home=OTHER), signal(EIGHT + MINUTE, key="new life")]


def _row(one: Signal) -> list[object]:
    """Return a signal as the server has it."""
    nanos = millis(one.at) * 1_000_000
    return [nanos, one.home, one.device, one.kind, one.key, one.value, None, None, None, one.room, None, None]
