"""Which homes speak what, and that what they say on bought devices' topics is read as what happened."""

import pytest

from ingest.reading import read
from linli.errors import LinliError
from simulators.community import EXAMPLE_HOME
from simulators.languages import Language, listed, parse_languages, spoken
from tests.simulators.homes import START, told, willow


def test_one_home_may_speak_otherwise_than_the_rest() -> None:
    found = parse_languages(["chirpstack", f"{EXAMPLE_HOME}:zigbee2mqtt"], willow())

    assert found[EXAMPLE_HOME] is Language.ZIGBEE2MQTT
    assert set(found.values()) == {Language.ZIGBEE2MQTT, Language.CHIRPSTACK}
    assert len(found) == len(willow().homes)


@pytest.mark.parametrize(("text", "why"), [("morse", "names no language"), ("home-x:chirpstack", "is not a home")])
def test_what_is_no_language_or_no_home_says_so(text: str, why: str) -> None:
    with pytest.raises(LinliError, match=why):
        parse_languages([text], willow())


@pytest.mark.parametrize("language", [Language.ZIGBEE2MQTT, Language.CHIRPSTACK])
def test_every_message_can_be_read_and_stands_below_a_listed_topic(language: Language) -> None:
    languages = {home.home: language for home in willow().homes}
    topics = [device.topic for device in listed(willow(), languages) if device.topic]
    said = list(spoken(told(0.2), willow(), languages))

    assert len(said) > 100
    for event in said:
        assert read(event.topic, event.payload, START).rejected is None
        assert event.topic.startswith("linli/") or any(event.topic.startswith(f"{topic}") for topic in topics)
