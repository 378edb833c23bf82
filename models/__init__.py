"""Detectors: what is normal for this person, and is this not. No data classes for others, no input or output."""
