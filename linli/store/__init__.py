"""The two stores: signals (many, append-only) and care data (few, transactional).

Never one: a flood of signals must not hold the lock that an emergency needs.
"""
