"""Gateways that several homes share: listed in each of them under one topic. What is said of one is said in all."""

from models.homes import Dwelling, Homes


class Gateways:
    """Knows which bridges of which homes are one and the same thing. Homes whose own hubs share a name share nothing."""

    def __init__(self, homes: Homes) -> None:
        self._homes = homes
        self._shared: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self._topics: dict[tuple[int, str], tuple[str, str]] = {}

    def take_homes(self) -> None:
        """Find the shared ones in the device list: gateways, with the same topic in two homes of a site."""
        listed: dict[tuple[str, str], list[tuple[int, str]]] = {}
        for row, dwelling in enumerate(self._homes.dwellings):
            for device in dwelling.listed:
                if device.topic and dwelling.sensors[device.device].is_bridge:
                    listed.setdefault((dwelling.home.site, device.topic), []).append((row, device.device))
        self._shared = {topic: places for topic, places in listed.items() if len({row for row, _ in places}) > 1}
        self._topics = {place: topic for topic, places in self._shared.items() for place in places}

    def places(self, row: int, device: str) -> list[tuple[int, str]]:
        """Return every (home, device) that a device of a home is: itself, where it is not shared."""
        topic = self._topics.get((row, device))
        return [(row, device)] if topic is None else self._shared[topic]

    def through(self, row: int, dwelling: Dwelling) -> str:
        """Return which shared gateway has taken a home with it; empty where none has."""
        down = (
            self._topics[row, sensor.device][1]
            for sensor in dwelling.sensors.values()
            if sensor.is_bridge and sensor.is_down() and (row, sensor.device) in self._topics
        )
        return next((self._shared_name(dwelling.home.site, topic) for topic in down), "")

    def _shared_name(self, site: str, topic: str) -> str:
        return min(device for _, device in self._shared[site, topic])
