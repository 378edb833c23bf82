"""`linli check` asks the linli that runs on the data, wherever its pages are, and advises where nothing would ring."""

import json
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import typer

from linli.advice import advice
from linli.checkup import advised, faults
from linli.clock import SystemClock
from linli.commands import check
from linli.data_dir import DataDir
from linli.people import Care, Channel, Person, Role, Roster, Scope
from linli.ports import url_of
from linli.settings import Settings
from linli.store import roster as roster_store
from linli.store.care import CareStore
from tests.cast import MEI, NEIGHBOUR
from tests.influx import free_port


@contextmanager
def pages(why: str) -> Iterator[str]:
    """Yield the URL of pages whose `/readyz` names one part that does not work."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503)
            self.end_headers()
            self.wfile.write(b'{"parts": {"broker": {"ok": false, "why": "%s"}}}' % why.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def said_of_running(data: DataDir, http: str = "") -> list[str]:
    """Return what is said of the linli that runs, where the settings name these pages."""
    settings = Settings(data=data.path, http=http.removeprefix("http://") or f"127.0.0.1:{free_port()}")
    found = faults(settings, data, SystemClock())
    return [one for one in found if one.startswith(("broker:", "linli is running"))]


@pytest.fixture
def data(care_file: Path) -> DataDir:
    return DataDir(care_file.parent)


def test_the_linli_that_runs_here_is_asked_and_not_the_one_of_the_settings(data: DataDir) -> None:
    with pages("ours") as here, pages("a stranger's") as elsewhere, data.lock():
        data.note_pages(here)

        assert said_of_running(data, elsewhere) == ["broker: ours"]


def test_pages_that_do_not_answer_are_named_where_they_are(data: DataDir) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    with pages("a stranger's") as elsewhere, data.lock():
        data.note_pages(nobody)

        (said,) = said_of_running(data, elsewhere)

    assert said.startswith(f"linli is running on this data, but does not answer on {nobody}; wait a moment")
    assert "LINLI_HTTP" not in said


def test_an_older_linli_that_writes_nothing_down_is_asked_where_the_settings_say(data: DataDir) -> None:
    with pages("older") as here, data.lock():
        assert said_of_running(data, here) == ["broker: older"]
        assert "say LINLI_HTTP=HOST:PORT" in said_of_running(data)[0]


def test_what_a_killed_linli_left_behind_says_nothing_of_the_next(data: DataDir) -> None:
    with pages("killed") as before, pages("older") as here:
        with data.lock():
            data.note_pages(before)
        left = data.path / "pages.address"
        left.write_text(left.read_text("ascii").replace(str(os.getpid()), "1"), encoding="ascii")

        assert said_of_running(data) == []
        with data.lock():
            assert said_of_running(data, here) == ["broker: older"]


def test_a_copy_of_the_folder_of_a_running_linli_is_not_running(data: DataDir, tmp_path: Path) -> None:
    with pages("ours") as here, data.lock():
        data.note_pages(here)
        shutil.copytree(data.path, tmp_path / "copy")

        assert said_of_running(DataDir(tmp_path / "copy")) == []


@pytest.mark.parametrize("left", ["", "12", "12 ", "\xff\xfe", "12 http://[::1"], ids=repr)
def test_a_damaged_note_is_passed_over(data: DataDir, left: str) -> None:
    with data.lock():
        number = str(os.getpid())
        (data.path / "pages.address").write_text(left.replace("12", number), encoding="latin-1")

        assert len(said_of_running(data)) == 1


def test_the_note_is_for_its_owner_alone_and_goes(data: DataDir) -> None:
    with data.lock():
        data.note_pages("http://127.0.0.1:1")
        if os.name == "posix":
            assert stat.S_IMODE((data.path / "pages.address").stat().st_mode) == 0o600
        assert data.pages_at() == "http://127.0.0.1:1"
        data.forget_pages()

        assert not (data.path / "pages.address").exists()
        assert data.pages_at() == ""


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8600"),  # noqa: S104 - what is listened on
        ("::", "http://[::1]:8600"),
        ("fd00::7", "http://[fd00::7]:8600"),
        ("10.0.0.7", "http://10.0.0.7:8600"),
    ],
)
def test_pages_that_listen_everywhere_are_reached_from_here(host: str, url: str) -> None:
    assert url_of(host, 8600) == url


def _called(person: str, *kinds: str, role: Role = Role.VOLUNTEER, home: str = MEI.home) -> Person:
    channels = tuple(Channel(f"{person}-{kind}", person, kind, "x") for kind in kinds)
    return Person(person, role, cares=(Care(Scope.HOME, home),), channels=channels)


def _advice(*people: Person) -> list[str]:
    homes = {home.home: home for home in (MEI, NEIGHBOUR)}
    return advice(Roster(homes=homes, people={one.person: one for one in people}))


def test_people_who_would_only_see_it_on_the_pages_are_counted() -> None:
    resident = _called("mei", role=Role.RESIDENT)

    told = _advice(resident, _called("ana"), _called("jun", "inbox"), _called("kai", "inbox", "sms"))

    assert told == [
        "nothing would ring for 2 of 3 people who are called: give them a channel in the roster, docs/channels.md"
    ]


def test_homes_for_which_nothing_rings_are_counted() -> None:
    told = _advice(_called("ana"), _called("kai", "webpush", home=NEIGHBOUR.home))

    assert told[1:] == ["for 1 of 2 homes nobody has anything that would ring"]


def test_where_everybody_has_something_that_rings_nothing_is_advised() -> None:
    assert _advice(_called("ana", "ntfy"), _called("kai", "inbox", "webpush", home=NEIGHBOUR.home)) == []


def test_advice_is_no_fault(
    care_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = care_file.parent
    monkeypatch.setenv("LINLI_BROKER", "demo")
    with closing(CareStore(f"sqlite:///{care_file}")) as care, care.begin() as connection:
        roster_store.save(connection, [MEI], [], [_called("ana")])

    with pytest.raises(typer.Exit) as ended:
        check.command(data=folder)
    lines = capsys.readouterr().out.splitlines()
    with pytest.raises(typer.Exit):
        check.command(data=folder, as_json=True)

    assert ended.value.exit_code == 0
    assert lines[0] == "all is well here; linli is not running"
    assert lines[1].startswith("nothing would ring for 1 of 1 people who are called")
    assert json.loads(capsys.readouterr().out) == {"ok": True, "faults": [], "advice": lines[1:]}


@pytest.mark.parametrize(
    ("kind", "success", "is_told"), [("sms", "", True), ("sms", "/Code=OK", False), ("email", "", False)]
)
def test_a_gateway_whose_yes_nobody_has_told_is_advised_about(
    care_file: Path, kind: str, success: str, *, is_told: bool
) -> None:
    with closing(CareStore(f"sqlite:///{care_file}")) as care, care.begin() as connection:
        roster_store.save(connection, [MEI], [], [_called("ana", kind)])
    settings = Settings(data=care_file.parent, sms_url="http://127.0.0.1:9/send", sms_success=success)

    assert any("sms_success" in one for one in advised(settings, DataDir(care_file.parent))) is is_told


def test_signals_that_were_set_aside_are_named(data: DataDir) -> None:
    data.signals.write_bytes(b"no database any more" * 500)
    aside = data.set_signals_aside(SystemClock().now())

    found = list(faults(Settings(data=data.path), data, SystemClock()))

    assert [one for one in found if one.startswith(aside.name)]
