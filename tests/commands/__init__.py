"""Tests of the commands as a person at a terminal, or another program, meets them."""
