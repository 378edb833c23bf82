"""`linli user`: a name and a password with which a person signs in to the pages, and the end of it."""

import sys
from typing import Annotated

import typer

from dashboard.pages.signin import hashed
from linli.clock import SystemClock
from linli.commands.common import open_care, settings_from
from linli.commands.options import Config, Data
from linli.commands.token import TokenRole, identity_of
from linli.errors import LinliError, WrongUsage
from linli.settings import Settings
from linli.store import access
from linli.store import roster as roster_store

LEAST_CHARACTERS = 10


def command(
    login: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[TokenRole, typer.Option("--role", help="staff, family, volunteer or resident.")] = TokenRole.STAFF,
    person: Annotated[str, typer.Option("--person", help="Who it is in the roster; staff without: every site.")] = "",
    remove: Annotated[
        bool, typer.Option("--remove", help="Take the name away instead: nobody signs in by it.")
    ] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Add a user, or change a password or a role. The password is asked for, or read from standard input.

    A change ends what was signed in as the same person before, and so does --remove.
    """
    if remove:
        _remove(login, settings_from(data, config))
        return
    if not login.strip() or len(login) > 64:
        raise WrongUsage("the name to sign in with must have 1 to 64 characters")
    password = _password()
    with open_care(settings_from(data, config), may_be_new=True) as (_, care):
        with care.read() as connection:
            identity = identity_of(role, person, roster_store.load(connection))
        hash_ = hashed(password)  # takes up to two seconds, in which nobody else could write
        with care.begin() as connection:
            access.put_user(connection, login, hash_, identity, SystemClock().now())
    typer.echo(f"{login} can sign in as {role}")


def _remove(login: str, settings: Settings) -> None:
    with open_care(settings) as (_, care), care.begin() as connection:
        if not access.remove_user(connection, login):
            raise LinliError(f"nobody signs in as {login!r}")
    typer.echo(f"{login} can no longer sign in")


def _password() -> str:
    if sys.stdin.isatty():
        password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    if len(password) < LEAST_CHARACTERS:
        raise LinliError(f"the password must have at least {LEAST_CHARACTERS} characters")
    return password
