"""From rows of the sheet `devices` to devices."""

from dataclasses import replace

from linli.people import Device
from linli.roster_file import cells
from linli.roster_file.problems import Problems
from linli.roster_file.reading import Reading
from linli.roster_file.sheets import Sheet
from linli.steps import Steps


def read_devices(sheet: Sheet, problems: Problems, steps: Steps) -> dict[tuple[str, str], tuple[int, Device]]:
    """Return each device with its row, by home and device."""
    found: dict[tuple[str, str], tuple[int, Device]] = {}
    for row in steps.of(sheet.rows):
        reading = Reading(row, sheet.columns, problems)
        device = _device(reading)
        key = (device.home, device.device)
        if key in found:
            reading.fault("device", f'"{device.device}" of {device.home} stands in row {found[key][0]} already')
        elif all(key):
            found[key] = (row.number, device)
    return found


def _device(reading: Reading) -> Device:
    """Return what a row says; of a gateway it need not say what it tells, as others speak through it."""
    device = Device(
        home=reading.need("home", cells.linli_id, ""),
        device=reading.need("device", cells.linli_id, ""),
        room=reading.get("room", cells.label(32), ""),
        topic=reading.get("topic", cells.topic, ""),
        model=reading.get("model", cells.label(64), ""),
    )
    asked = reading.get if device.is_gateway else reading.need
    return replace(device, kinds=asked("kind", cells.kinds, ()))
