"""What can go wrong, one class per thing that a caller does differently."""


class LinliError(Exception):
    """Say what was seen and what to do, in one sentence that a care worker can read."""


class WrongUsage(LinliError):
    """What was typed on the command line cannot be done in any world: exit status 2."""


class UnknownHome(LinliError):
    """A home is not in the roster."""


class StoreDown(LinliError):
    """A store of ours does not answer: acknowledge nothing, back off, say so on the board."""


class SignalsDamaged(StoreDown):
    """The file of the signals is broken: waiting does not help, linli goes on with a new one."""


class FileMoved(StoreDown):
    """The file of a store is not the one any more that was opened: what is written into it, nobody else sees."""


class Conflict(LinliError):
    """What was asked does not fit the state that the alert is in now."""
