"""Tests of the simulated homes."""
