"""Crash points: a scenario is lived through once for every commit and every outside call, with `kill -9` just there."""

from bench.crash.report import main

__all__ = ["main"]
