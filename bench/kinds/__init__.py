"""Incidents of every kind in a simulated community, and how many of them linli notices, how soon, and at what price."""

from bench.kinds.report import main

__all__ = ["main"]
