"""A Mosquitto that somebody else runs lets in whom linli lists, with the files of `deploy/`."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.accounts import Account, home_account, linli_account
from ingest.broker_elsewhere import BrokerElsewhere
from ingest.mosquitto_files import MosquittoFiles
from linli.errors import LinliError
from tests.deployed import DEPLOY, DeployedMosquitto
from tests.ingest.mqtt_clients import HOST, MqttClient, wait_until

TOPIC = "linli/v1/elm/home-7/button/sos"
LINLI = linli_account("of linli")
MEI = home_account("elm", "home-7", "of mei")
OLD = home_account("elm", "home-8", "of old")
OURS_ALONE = {"listener", "user", "password_file", "acl_file", "persistence_location"}
"""Settings that are about where a broker runs, not about how it behaves."""


@pytest.fixture
def accounts(tmp_path: Path) -> Path:
    folder = tmp_path / "accounts"
    folder.mkdir()
    return folder


def _told(folder: Path, *known: Account) -> BrokerElsewhere:
    broker = BrokerElsewhere(folder)
    broker.apply(known)
    broker.start()
    return broker


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[DeployedMosquitto]:
    """Give a broker as `deploy/` runs it."""
    broker = DeployedMosquitto(tmp_path)
    yield broker
    broker.stop()


def _is_let_in(port: int, user: str, password: str) -> bool:
    try:
        client = MqttClient(port, user, password, f"{user}-test")
    except ConnectionError:  # it does not listen yet
        return False
    client.close()
    return client.is_welcome


@pytest.mark.broker
def test_whom_linli_lists_is_let_in_and_whom_it_no_longer_lists_is_not(deployed: DeployedMosquitto) -> None:
    deployed.start()
    broker = _told(deployed.accounts, LINLI, OLD)  # until now the script waits
    wait_until(lambda: _is_let_in(deployed.port, "home-8", "of old"), "the listed home is let in")
    assert not _is_let_in(deployed.port, "home-7", "of mei")

    broker.apply([LINLI, MEI])
    assert broker.check() is None

    wait_until(lambda: _is_let_in(deployed.port, "home-7", "of mei"), "the home that is listed now is let in")
    assert not _is_let_in(deployed.port, "home-8", "of old")
    assert deployed.is_running


@pytest.mark.broker
def test_what_it_was_given_outlives_its_restart(deployed: DeployedMosquitto) -> None:
    _told(deployed.accounts, LINLI, MEI)
    deployed.start()
    port = deployed.port
    wait_until(lambda: _is_let_in(port, LINLI.user, "of linli"), "it listens")
    absent = MqttClient(port, LINLI.user, "of linli", f"{LINLI.user}-kept", clean=False)
    absent.subscribe("linli/v1/#")
    absent.close()
    home = MqttClient(port, "home-7", "of mei", "home-7-test")
    home.publish(TOPIC)
    home.close()

    deployed.stop()
    deployed.start()
    wait_until(lambda: _is_let_in(port, LINLI.user, "of linli"), "it listens again")

    back = MqttClient(port, LINLI.user, "of linli", f"{LINLI.user}-kept", clean=False)
    wait_until(lambda: back.heard == [(TOPIC, "pressed")], "what was sent meanwhile is there")
    back.close()


def test_only_linli_and_the_brokers_group_may_read_the_accounts(accounts: Path) -> None:
    _told(accounts, LINLI, MEI)

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in accounts.iterdir()}

    assert modes == {"passwords": 0o640, "rights": 0o640}


def test_accounts_that_cannot_be_written_are_said_and_written_once_they_can(accounts: Path) -> None:
    broker = _told(accounts, LINLI)
    moved = accounts.rename(accounts.with_name("elsewhere"))
    broker.apply([LINLI, MEI])

    said = broker.check()
    assert said is not None
    assert "cannot write" in said
    moved.rename(accounts)

    assert broker.check() is None
    assert "home-7" in (accounts / "rights").read_text(encoding="utf-8")


def test_what_has_not_changed_is_not_written_again(accounts: Path) -> None:
    broker = _told(accounts, LINLI, MEI)
    before = (accounts / "passwords").read_text(encoding="utf-8")

    assert broker.check() is None

    assert (accounts / "passwords").read_text(encoding="utf-8") == before


def test_a_folder_that_is_not_there_stops_the_start_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(LinliError, match="mqtt_accounts"):
        BrokerElsewhere(tmp_path / "nowhere").start()


def test_the_broker_of_the_container_is_set_as_linlis_own(tmp_path: Path) -> None:
    own = MosquittoFiles(tmp_path / "broker", None)
    own.prepare(HOST, 1883)

    def settings(path: Path) -> set[str]:
        lines = path.read_text(encoding="utf-8").splitlines()
        return {line for line in lines if line and not line.startswith("#") and line.split()[0] not in OURS_ALONE}

    assert settings(DEPLOY / "mosquitto" / "mosquitto.conf") == settings(own.configuration)
