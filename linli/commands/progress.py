"""The progress bar of commands that take their time: on stderr and only where that is a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress


class Bar:
    """One line that says what is done and how far it has come; its methods may be called from any thread."""

    def __init__(self, progress: Progress, text: str) -> None:
        self._progress = progress
        self._task = progress.add_task(text, total=None)

    def tell(self, done: int, total: int) -> None:
        """Show how far the work has come (a `linli.steps.Tell`); before that it only shows that it goes on."""
        self._progress.update(self._task, completed=done, total=total)

    def say(self, text: str) -> None:
        """Show what is being done."""
        self._progress.update(self._task, description=text)


@contextmanager
def bar(text: str) -> Iterator[Bar]:
    """Show a bar until the work is done, then take it away; where stderr is no terminal nothing is ever written."""
    with Progress(
        console=Console(stderr=True),
        transient=True,
        # lines that go to the same terminal are put above the bar; those that go to a file or a pipe must get there
        redirect_stdout=sys.stdout.isatty(),
        disable=not sys.stderr.isatty(),
    ) as progress:
        yield Bar(progress, text)
