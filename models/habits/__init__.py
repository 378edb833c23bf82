"""Habits: the personal silence line of one home, learned from its own signs of life and a prior made of other homes.

What else is usual there is learned with it: stays in the bathroom, nights, readings (`customs`).
Nothing here knows of time passing, of stores or of alerts: records go in, records come out. `docs/detection.md` explains it.
"""
