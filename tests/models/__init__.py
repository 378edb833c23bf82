"""Tests of `models`: what is found, when, and what must not be."""
