"""Statements that are asked at every step: put into the database's words once, then handed to its driver as they are.

SQLAlchemy still says what a statement means and in which form its values are kept; but to have it look at one anew takes
ten times as long as SQLite takes to answer. A failure is told as SQLAlchemy tells it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate
from sqlalchemy.types import TypeEngine

Statement = Select[*tuple[Any, ...]] | Insert | Update | Delete | ReturningInsert[Any] | ReturningUpdate[Any]
Fields = tuple[Any, ...]
"""One row of an answer, in the order of the statement's columns."""
_Form = Callable[[Any], Any]
_Values = Sequence[object] | Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Words:
    """A statement as one kind of database is told it.

    `slots` are the names of its values, in order, each with the form in which it is kept; `constants` the values that
    stand in the statement itself. `forms` are those in which a row is read, empty where it is read as it is kept.
    """

    text: str
    is_positional: bool
    slots: tuple[tuple[str, _Form | None], ...]
    constants: Mapping[str, object]
    forms: tuple[_Form | None, ...]

    def fill(self, values: Mapping[str, Any]) -> _Values:
        known = {**self.constants, **values} if self.constants else values
        if self.is_positional:
            return [known[name] if form is None else form(known[name]) for name, form in self.slots]
        return {name: known[name] if form is None else form(known[name]) for name, form in self.slots}

    def fields(self, rows: Iterable[Fields]) -> list[Fields]:
        if not self.forms:
            return list(rows)
        return [
            tuple([value if form is None else form(value) for form, value in zip(self.forms, row, strict=True)])
            for row in rows
        ]


class Prepared:
    """One statement, or one for each dialect's name where they are not spelled alike.

    `columns` are those that an insert or an update is given each time; it holds no list of a length that changes.
    """

    def __init__(self, statement: Statement | Callable[[str], Statement], columns: Iterable[str] = ()) -> None:
        self._statement = statement
        self._columns = list(columns) or None
        self._words: dict[str, _Words] = {}

    def rows(self, connection: Connection, **values: Any) -> list[Fields]:
        """Return all rows of the answer."""
        words = self._in_words_of(connection)
        return words.fields(ask(connection, words.text, words.fill(values)))

    def row(self, connection: Connection, **values: Any) -> Fields | None:
        """Return the first row of the answer; None if there is none."""
        return next(iter(self.rows(connection, **values)), None)

    def value(self, connection: Connection, **values: Any) -> Any:  # noqa: ANN401 - as the columns say
        """Return the first value of the first row; None if there is none."""
        row = self.row(connection, **values)
        return row[0] if row else None

    def run(self, connection: Connection, **values: Any) -> int:
        """Do what it says; return how many rows it has changed."""
        words = self._in_words_of(connection)
        return do(connection, words.text, words.fill(values))

    def run_each(self, connection: Connection, many: Iterable[Mapping[str, Any]]) -> None:
        """Do what it says once for each of many."""
        words = self._in_words_of(connection)
        do_each(connection, words.text, [words.fill(values) for values in many])

    def _in_words_of(self, connection: Connection) -> _Words:
        name = connection.dialect.name
        known = self._words.get(name)
        if known is None:
            known = self._words[name] = self._put_into_words(connection.dialect)
        return known

    def _put_into_words(self, dialect: Dialect) -> _Words:
        statement = self._statement(dialect.name) if callable(self._statement) else self._statement
        compiled = statement.compile(dialect=dialect, column_keys=self._columns)
        if compiled.post_compile_params:
            raise TypeError("a statement of a length that changes cannot be prepared")
        names = compiled.positiontup if compiled.positiontup is not None else list(compiled.params)
        slots = tuple((name, _kept(compiled.binds[name].type, dialect)) for name in names)
        constants = {name: compiled.params[name] for name in names if not compiled.binds[name].required}
        forms = tuple(_read(column.type, dialect) for column in statement.exported_columns)
        return _Words(str(compiled), bool(compiled.positional), slots, constants, forms if any(forms) else ())


def _kept(type_: TypeEngine[Any], dialect: Dialect) -> _Form | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _read(type_: TypeEngine[Any], dialect: Dialect) -> _Form | None:
    return type_.dialect_impl(dialect).result_processor(dialect, None)


def ask(connection: Connection, words: str, values: _Values = ()) -> Sequence[Any]:
    """Say something to the database in its own words; return its answer as the driver gives it."""
    try:
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(words, values)
            return cursor.fetchall()
    except Exception as why:  # noqa: BLE001 - each driver has its own
        _tell(connection, words, why)


def do(connection: Connection, words: str, values: _Values = ()) -> int:
    """Let the database do something, said in its own words; return how many rows it has changed."""
    try:
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(words, values)
            return int(cursor.rowcount)
    except Exception as why:  # noqa: BLE001 - each driver has its own
        _tell(connection, words, why)


def do_each(connection: Connection, words: str, many: Sequence[Any]) -> None:
    """Let the database do the same with each of many."""
    if not many:
        return
    try:
        with closing(connection.connection.cursor()) as cursor:
            cursor.executemany(words, many)
    except Exception as why:  # noqa: BLE001 - each driver has its own
        _tell(connection, words, why)


def _tell(connection: Connection, words: str, why: Exception) -> NoReturn:
    """Raise what SQLAlchemy raises, without the values: they may be names."""
    dialect = connection.dialect
    errors = dialect.loaded_dbapi.Error
    if not isinstance(why, errors):
        raise why
    is_lost = dialect.is_disconnect(why, connection.connection, None)
    told = DBAPIError.instance(
        words, None, why, errors, hide_parameters=True, connection_invalidated=is_lost, dialect=dialect
    )
    raise told from why
