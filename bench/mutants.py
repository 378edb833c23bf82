"""Mutation testing of the state machine: each small change of its code must be noticed by a test.

Needs cosmic-ray (`pip install cosmic-ray`), whose operators make the changes; it is no requirement of linli. Each mutant
runs in a fork of one warm process, so that a thousand of them take minutes. Linux and macOS only.
"""

import difflib
import importlib.abc
import importlib.util
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = ("alerts.case", "alerts.escalation", "alerts.replies")
TESTS = ("tests/alerts/test_escalation.py", "tests/alerts/test_replies.py")
MORE_TESTS = ("tests/alerts/test_desk.py",)
"""Slower ones, for what the first do not notice."""
LIMIT_SECONDS = 60
OPERATORS = (
    "AddNot",
    "NumberReplacer",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ZeroIterationForLoop",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBinaryOperator_Mul_Div",
    "ReplaceBinaryOperator_Div_Mul",
    *(
        f"ReplaceComparisonOperator_{one}_{other}"
        for one, others in {
            "Is": ["IsNot"],
            "IsNot": ["Is"],
            "Eq": ["NotEq"],
            "NotEq": ["Eq"],
            "Lt": ["LtE", "Gt", "GtE"],
            "LtE": ["Lt", "Gt", "GtE"],
            "Gt": ["GtE", "Lt", "LtE"],
            "GtE": ["Gt", "Lt", "LtE"],
        }.items()
        for other in others
    ),
)
"""Changes that make sense in this code; `+` for `<<` and the like only ever raise."""


@dataclass(frozen=True)
class Mutant:
    """A module with one change."""

    module: str
    operator: str
    source: str
    change: str


class _Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads a mutant in place of its module."""

    def __init__(self, mutant: Mutant, file: Path) -> None:
        self._mutant = mutant
        self._file = file

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """Answer for the one module."""
        if fullname != self._mutant.module:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(self._file))

    def exec_module(self, module: ModuleType) -> None:
        """Run the mutated source."""
        exec(compile(self._mutant.source, str(self._file), "exec"), module.__dict__)  # noqa: S102 - our own code, changed


def file_of(module: str) -> Path:
    """Return where a module's source is."""
    return ROOT / f"{module.replace('.', '/')}.py"


def mutants() -> Iterator[Mutant]:
    """Return every module with every change."""
    from cosmic_ray.mutating import mutate_code  # noqa: PLC0415 - no requirement of linli
    from cosmic_ray.plugins import get_operator  # noqa: PLC0415

    for module in MODULES:
        source = file_of(module).read_text(encoding="utf-8")
        for operator in OPERATORS:
            for occurrence in range(10_000):
                changed = mutate_code(source, get_operator(f"core/{operator}")(), occurrence)
                if changed is None:
                    break
                yield Mutant(module, operator, changed, _change(source, changed))


def _change(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return "\n".join(line for line in lines if not line.startswith(("---", "+++")))


def is_noticed(mutant: Mutant, tests: Sequence[str]) -> bool:
    """Run tests on a mutant in a fork; a test that fails, or hangs, has noticed it."""
    child = os.fork()
    if not child:
        _run(mutant, tests)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


def _run(mutant: Mutant, tests: Sequence[str]) -> None:
    signal.alarm(LIMIT_SECONDS)
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silence, stream)
    sys.meta_path.insert(0, _Instead(mutant, file_of(mutant.module)))
    os._exit(int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests])))


def main() -> None:
    """Print how many changes were noticed, and those that were not."""
    try:
        import cosmic_ray.plugins  # noqa: F401, PLC0415
    except ModuleNotFoundError:
        sys.exit("bench: mutants needs cosmic-ray; pip install cosmic-ray")
    import linli.core  # noqa: F401, PLC0415 - warms up everything below the mutants

    for name in [
        name for name in sys.modules if name.split(".")[0] in {"alerts", "linli", "dashboard", "ingest", "models"}
    ]:
        if any(name.startswith(package) for package in ("alerts", "dashboard", "linli.core", "linli.pipeline")):
            del sys.modules[name]
    survivors, tried = [], 0
    for mutant in mutants():
        tried += 1
        if not is_noticed(mutant, TESTS) and not is_noticed(mutant, MORE_TESTS):
            survivors.append(mutant)
            print(f"mutants: not noticed: {mutant.module} {mutant.operator}\n{mutant.change}", flush=True)
    noticed = tried - len(survivors)
    print(f"mutants: {noticed} of {tried} noticed, {100 * noticed / tried:.1f} %")
