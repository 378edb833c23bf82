"""The command `linli`: one module in `linli.commands` for each word after it, read only when it is called."""

import errno
import sys
from collections.abc import Callable
from importlib import import_module

import typer

from linli.errors import LinliError, WrongUsage

COMMANDS = (
    "run",
    "demo",
    "simulate",
    "import",
    "replay",
    "evaluate",
    "explain",
    "model",
    "decode",
    "discover",
    "token",
    "user",
    "export",
    "forget",
    "backup",
    "restore",
    "migrate-signals",
    "check",
    "drill",
    "ladder",
    "rehearse",
)

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
"""What the disk says in the middle of anything, and no fault of ours."""


def main() -> None:
    """Run a command. Exit status: 0 done, 1 the world is not right (said in one sentence), 2 wrong usage."""
    named = sys.argv[1] if len(sys.argv) > 1 else ""
    program = typer.Typer(
        name="linli",
        help="linli 邻里: a neighbourhood looks after its elders.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    program.callback()(_together)
    for name in (named,) if named in COMMANDS else COMMANDS:
        program.command(name)(_command(name))
    try:
        program()
    except LinliError as why:
        sys.exit(_say(why))
    except OSError as why:
        if why.errno in _NO_ROOM:
            sys.exit(_say(LinliError(f"nothing more can be written: {why.strerror}")))
        if why.filename is None:
            raise
        sys.exit(_say(LinliError(f"{why.filename} cannot be used: {why.strerror}")))
    except KeyboardInterrupt:
        sys.exit(130)


def _together() -> None:
    """Linli 邻里: a neighbourhood looks after its elders."""


def _command(name: str) -> Callable[..., None]:
    file = "import_" if name == "import" else name.replace("-", "_")
    module = import_module(f"linli.commands.{file}")
    command: Callable[..., None] = module.command
    return command


def _say(why: LinliError) -> int:
    sys.stderr.write(f"linli: {why}\n")
    return 2 if isinstance(why, WrongUsage) else 1
