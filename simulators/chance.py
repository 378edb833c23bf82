"""Repeatable chance: each home, day and purpose draws from its own stream, so that none disturbs another."""

import math
from random import Random


def stream_of(*names: object) -> Random:
    """Return the stream of random numbers that belongs to these names: the same on every machine and in every run."""
    return Random(":".join(map(str, names)))


def count_of(chance: Random, mean: float) -> int:
    """Draw how often something happens that happens `mean` times on average (Poisson)."""
    limit, count, product = math.exp(-mean), 0, chance.random()
    while product > limit:
        count += 1
        product *= chance.random()
    return count


def between(chance: Random, low: float, high: float) -> float:
    """Draw evenly between two bounds."""
    return low + (high - low) * chance.random()
