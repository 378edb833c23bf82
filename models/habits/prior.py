"""The prior: what holds for people in general, so that the line works on the first day. Coefficients only, no data."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

import msgspec
import numpy as np

from linli.errors import LinliError
from models.habits.arrays import HALF_HOURS, Floats
from models.habits.features import NAMES
from models.habits.stopping import PRICES

VERSION = 1


class BadPrior(LinliError):
    """A prior's file cannot be used."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What other homes teach."""

    coefficients: Floats
    """One for each of NAMES."""
    usual: Floats
    """The usual longest silence at each half hour, log minutes."""
    exceedances: Floats
    """How many silences a day call somebody at each of PRICES in a home that was not learned from."""
    homes: int
    days: int

    @property
    def mark(self) -> str:
        """Return what tells this prior from any other: twelve digits of the hash of its file."""
        return hashlib.sha256(prior_to_json(self)).hexdigest()[:12]


class _Record(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    homes: int
    days: int
    coefficients: dict[str, float]
    usual_log_minutes: list[float]
    exceedances_a_day: list[float]


def shipped_prior() -> Prior:
    """Return the prior that comes with linli."""
    return prior_from_json(files(__package__).joinpath("prior.json").read_bytes())


def prior_to_json(prior: Prior) -> bytes:
    """Return a prior as JSON, six digits each: more would be noise."""
    record = _Record(
        VERSION,
        prior.homes,
        prior.days,
        dict(zip(NAMES, _rounded(prior.coefficients), strict=True)),
        _rounded(prior.usual),
        _rounded(prior.exceedances),
    )
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"


def prior_from_json(text: bytes) -> Prior:
    """Return the prior of a JSON text; raises BadPrior where it is not sound."""
    try:
        record = msgspec.json.decode(text, type=_Record)
    except msgspec.MsgspecError as why:
        raise BadPrior(f"the prior cannot be read: {why}") from why
    prior = Prior(
        np.array([record.coefficients.get(name, np.nan) for name in NAMES]),
        np.array(record.usual_log_minutes),
        np.array(record.exceedances_a_day),
        record.homes,
        record.days,
    )
    sizes = (len(record.coefficients), len(prior.usual), len(prior.exceedances))
    if record.version != VERSION or sizes != (len(NAMES), HALF_HOURS, len(PRICES)):
        raise BadPrior("the prior was made by another version of linli: make it anew with `dev.py bench prior`")
    if not all(np.isfinite(part).all() for part in (prior.coefficients, prior.usual, prior.exceedances)):
        raise BadPrior("the prior holds numbers that are none")
    return prior


def _rounded(numbers: Floats) -> list[float]:
    return [float(f"{number:.6g}") for number in numbers]
