"""The picture of each of her days, made nightly, and what has changed in it. At most a notice comes of it.

Read `picture` for what a day is, `drawing` for how it is drawn, `surprise` and `slow_kinds` for what counts as a
change, `decline` and `unlike` for the two that look at the whole, and `tonight` for what is said.
"""
