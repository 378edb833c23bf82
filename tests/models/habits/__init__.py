"""Tests of the personal silence line: presence, learning, stopping, budget, the stored model."""
