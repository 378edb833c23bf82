"""Meters of water and electricity: linli's plain form, which the way in for meter platforms writes too, and wmbusmeters.

The plain form is `meters/{platform}/{meter}` with `{"value": 123.4, "unit": "m3", "at": …}`; a count so far unless
`"total": false`. Of wmbusmeters only what bears its unit in its name is read. Source: wmbusmeters' README.
"""

from ingest.codecs import fields as f
from ingest.codecs.gathering import Gathering, ignored
from ingest.codecs.message import Message, named
from ingest.codecs.times import moment
from linli.wire import Heard

NAME = "Meters"

PLAIN = "meters"
_WIRELESS = "wmbusmeters"
FILTERS: tuple[str, ...] = (f"{PLAIN}/#", f"{_WIRELESS}/#")
_TOTALS = {
    "l": f.WATER_TOTAL,
    "m3": f.WATER_TOTAL_M3,
    "wh": f.WATT_HOURS_TOTAL,
    "kwh": f.KILOWATT_HOURS_TOTAL,
}
_AMOUNTS = {"l": f.WATER, "m3": f.WATER_M3, "w": f.POWER, "kw": f.KILOWATTS}
_SPELLINGS = {"m³": "m3", "m^3": "m3", "cbm": "m3", "litre": "l", "litres": "l", "liter": "l", "liters": "l"}
UNITS = frozenset(_TOTALS.keys() | _AMOUNTS.keys())
_BY_NAME = {
    "total_m3": f.WATER_TOTAL_M3,
    "total_l": f.WATER_TOTAL,
    "total_energy_consumption_kwh": f.KILOWATT_HOURS_TOTAL,
    "current_power_consumption_kw": f.KILOWATTS,
}


def owns(levels: tuple[str, ...]) -> bool:
    """Tell whether a topic is of this ecosystem."""
    return levels[0] in {PLAIN, _WIRELESS} and len(levels) > 1


def read(message: Message) -> Heard:
    """Return what a message says."""
    if not message.payload.strip():
        return ignored("an empty retained message only clears the topic")
    return _read_plain(message) if message.levels[0] == PLAIN else _read_wireless(message)


def unit_of(given: object) -> str:
    """Return a unit as it is spelt here; raises ValueError for another."""
    word = str(given).strip().lower()
    word = _SPELLINGS.get(word, word)
    if word not in UNITS:
        raise ValueError("the unit of a meter must be L, m3, W, kW, Wh or kWh")
    return word


def _read_plain(message: Message) -> Heard:
    told = message.object()
    unit = unit_of(told.get("unit"))
    known = (_AMOUNTS if told.get("total") is False or unit not in _TOTALS else _TOTALS).get(unit)
    if known is None:
        raise ValueError("energy must be told as the count so far")
    gathering = Gathering()
    gathering.take("/".join(message.levels[1:]), known, told.get("value"), moment(told.get("at"), message.received_at))
    return gathering.heard("no number")


def _read_wireless(message: Message) -> Heard:
    told = message.object()
    device = named(told.get("name"), message.levels[-1])
    at = moment(told.get("timestamp"), message.received_at)
    gathering = Gathering()
    if "current_power_consumption_kw" in told:
        told = {name: value for name, value in told.items() if name != "total_energy_consumption_kwh"}
    gathering.take_all(device, _BY_NAME, told, at)
    return gathering.heard("no value that linli knows")
