"""Tests of the whole program: a real process, a real broker, a real receiver."""
