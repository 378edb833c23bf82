"""What each ecosystem's messages say, and the contract that all codecs keep."""

import json
import tracemalloc
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ingest.codecs import codec as registry
from ingest.codecs.codec import CODECS, codec_of
from linli.commands import decode
from linli.wire import MAX_FOREIGN_PAYLOAD_BYTES
from tests.ingest.codec_samples import EVERY, SAMPLES, Sample, hear, said


@pytest.mark.parametrize("sample", EVERY, ids=lambda sample: f"{sample.topic} says {sample.says}")
def test_a_message_says_what_it_means_and_no_more(sample: Sample) -> None:
    assert said(hear(sample.topic, sample.payload)) == sample.says


def test_every_codec_has_its_samples() -> None:
    named = {module.__name__.rpartition(".")[2] for module in vars(registry).values() if hasattr(module, "NAME")}

    assert named == set(SAMPLES)
    assert len(CODECS) == len(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_each_sample_is_read_by_its_own_codec(name: str) -> None:
    found = {codec_of(tuple(sample.topic.split("/"))) for sample in SAMPLES[name]}

    assert {str(codec.__name__).rpartition(".")[2] for codec in found if codec is not None} == {name}  # type: ignore[attr-defined]


def test_names_that_somebody_makes_up_do_not_fill_the_memory() -> None:
    held = []
    for many in (1, 2000):
        tracemalloc.start()
        for number in range(many):
            hear(f"zigbee2mqtt/{number}/{'x' * 1000}", "1")
            hear(f"zigbee2mqtt/{number}/{'xx/' * 30}", "1")
            hear(f"homeassistant/sensor/{number}{'x' * 1000}/state", "1")
            hear("v3/a/devices/d/up", json.dumps({"uplink_message": {"decoded_payload": {f"{number}{'x' * 1000}": 1}}}))
        held.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()

    assert held[1] - held[0] < 500_000


def test_what_was_heard_of_a_topic_says_nothing_of_the_next_message_on_it() -> None:
    topic = "zigbee2mqtt/hall"

    assert [said(hear(topic, told)) for told in ('{"contact":false}', "{}", '{"contact":true}')] == [
        "contact open",
        "ignored",
        "contact closed",
    ]


@pytest.mark.parametrize("name", SAMPLES)
def test_each_codec_has_something_to_tell_to_pass_over_and_to_refuse(name: str) -> None:
    told = [hear(sample.topic, sample.payload) for sample in SAMPLES[name]]

    assert any(heard.readings for heard in told)
    assert any(heard.ignored for heard in told)
    assert any(heard.rejected for heard in told)


@pytest.mark.parametrize("name", SAMPLES)
def test_broken_oversized_and_binary_payloads_never_call_for_help(name: str) -> None:
    for topic in {sample.topic for sample in SAMPLES[name]}:
        for payload in (b"\xff\xfe\x00", b"[" * 5000, b"null", b"0", b'"'):
            assert "sos" not in said(hear(topic, payload)), (topic, payload[:9])
        assert said(hear(topic, "{}" + " " * MAX_FOREIGN_PAYLOAD_BYTES)) == "rejected"
    for sample in SAMPLES[name]:
        assert "sos" not in said(hear(sample.topic, sample.payload[:-1].encode() + b"\xff")), sample


def test_a_list_of_a_thousand_zigbee_devices_is_passed_over_but_not_refused() -> None:
    devices = [{"friendly_name": f"lamp {number}", "definition": {"exposes": ["x" * 20]}} for number in range(2000)]

    assert said(hear("zigbee2mqtt/bridge/devices", json.dumps(devices))) == "ignored"


def test_linlis_own_topics_are_read_as_before() -> None:
    assert said(hear("linli/v1/garden/home-7/hall/motion", "on")) == "motion on"
    assert said(hear("linli/v2/garden", "on")) == "ignored"


def test_linli_decode_tells_of_every_ecosystem() -> None:
    program = typer.Typer()
    program.command()(decode.command)
    told = CliRunner().invoke(program, ["zigbee2mqtt/sos"], input='{"action":"emergency","battery":3000}')

    assert told.exit_code == 0
    assert json.loads(told.stdout) == {
        "signals": [{"device": "sos", "kind": "sos", "value": "pressed", "at": None}],
        "availability": {},
        "ignored": None,
        "rejected": "battery: outside 0 to 100 %",
    }


def test_linli_decode_takes_a_folder_as_every_command_does_and_leaves_it_alone(tmp_path: Path) -> None:
    program = typer.Typer()
    program.command()(decode.command)
    folder = tmp_path / "nowhere"

    told = CliRunner().invoke(program, ["linli/v1/willow/home-7/b/sos", "--data", str(folder)], input="pressed")

    assert (told.exit_code, folder.exists()) == (0, False), told.output
    assert '"pressed"' in told.stdout
