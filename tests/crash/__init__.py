"""Crash points: the enumerator finds nothing wrong in linli, and every mistake that is put into it."""
