"""The picture of the day and what has changed in it."""
