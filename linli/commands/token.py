"""`linli token`: the key with which a person, a home's devices or a site's gateways come in."""

import secrets
from enum import StrEnum
from typing import Annotated

import typer

from linli.clock import SystemClock
from linli.commands.common import open_care, settings_from
from linli.commands.options import Config, Data
from linli.errors import LinliError, UnknownHome, WrongUsage
from linli.keys import Keys
from linli.people import Role, Roster
from linli.store import access
from linli.store import roster as roster_store
from linli.store.access import Identity


class TokenRole(StrEnum):
    """Who a token is for."""

    STAFF = "staff"
    FAMILY = "family"
    VOLUNTEER = "volunteer"
    RESIDENT = "resident"
    DEVICE = "device"
    GATEWAY = "gateway"


def command(
    role: Annotated[TokenRole, typer.Option("--role", help="Who the token is for.")],
    person: Annotated[
        str, typer.Option("--person", help="The person; for device the home, for gateway the site.")
    ] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help="Take back all tokens of this person instead.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print a token and nothing else.

    A device's or gateway's token is its password at the broker (user name: the home or the site) and a bearer token
    for POST /api/v1/signals; printed again it is the same. The others are bearer tokens of the API, each time new.
    """
    with open_care(settings_from(data, config), may_be_new=True) as (folder, care):
        with care.read() as connection:
            roster = roster_store.load(connection)
        if role in {TokenRole.DEVICE, TokenRole.GATEWAY}:
            if revoke:
                raise LinliError(
                    "tokens of devices and gateways cannot be taken back singly; see docs/adr/0003-derived-device-tokens.md"
                )
            typer.echo(_derived(role, person, roster, Keys(folder.secret())))
            return
        identity = identity_of(role, person, roster)
        with care.begin() as connection:
            if revoke:
                access.revoke_tokens(connection, identity, SystemClock().now())
                return
            token = secrets.token_urlsafe(32)
            access.add_token(connection, token, identity, SystemClock().now())
        typer.echo(token)


def _derived(role: TokenRole, name: str, roster: Roster, keys: Keys) -> str:
    _refuse_elsewhere(roster)
    if role is TokenRole.DEVICE:
        if name not in roster.homes:
            raise UnknownHome(f'home {name!r} is not known; name it with --person, or add it with "linli import"')
        return keys.device_token(name)
    if name not in roster.sites:
        raise LinliError(f'site {name!r} is not known; name it with --person, or add its homes with "linli import"')
    return keys.gateway_token(name)


def identity_of(role: TokenRole, person: str, roster: Roster) -> Identity:
    """Return who a person of the roster is, checked against their role; staff without a person see every site."""
    if role in {TokenRole.DEVICE, TokenRole.GATEWAY}:
        raise WrongUsage(f"a {role} does not sign in; print its token with linli token --role {role}")
    if not person:
        if role is not TokenRole.STAFF:
            raise WrongUsage(f"a {role} token is for one person: name them with --person")
        return Identity(role)
    _refuse_elsewhere(roster)
    known = roster.people.get(person)
    if known is None:
        raise LinliError(f'person {person!r} is not known; add them with "linli import"')
    if known.role != Role(role):
        raise LinliError(f"{person} is {known.role}, not {role}")
    return Identity(role, person)


def _refuse_elsewhere(roster: Roster) -> None:
    """Say where to look when nobody at all is known: most likely this is not the folder that linli runs in."""
    if not roster.homes:
        raise LinliError('no home is known here; name your linli\'s folder with --data, or use "linli import" first')
