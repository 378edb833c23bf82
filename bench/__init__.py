"""Measurements of the whole program on this machine: real processes, real broker, loopback only."""
