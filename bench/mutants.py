"""Mutation testing of the state machine: each small change of its code must be noticed by a test.

Needs cosmic-ray (`pip install cosmic-ray`), whose operators make the changes; it is no requirement of linli. Each mutant
runs in a fork of one warm process, one for each core at a time, so that hundreds of them take minutes. Not on Windows.
"""

import argparse
import difflib
import gc
import importlib.abc
import importlib.util
import os
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Tests:
    """What must notice the mutants of a module: the quick ones first, the slower ones for what these leave."""

    quick: Sequence[str]
    slower: Sequence[str] = ()


_LADDER = Tests(
    [f"alerts/test_{name}.py" for name in ("escalation", "climbing", "replies", "going", "hands", "relatives")],
    ["alerts/test_desk.py", "dashboard/test_promises.py"],
)
STATE_MACHINE = {"alerts.case": _LADDER, "alerts.escalation": _LADDER, "alerts.replies": _LADDER}
AROUND = {
    "alerts.callers": Tests(["alerts/test_callers.py", "alerts/test_escalation.py", "alerts/test_relatives.py"]),
    "alerts.retry": Tests(["alerts/test_retry.py"]),
    "alerts.thanks": Tests(["alerts/test_thanks.py"]),
}
"""Pure parts beside it; only by name."""
PYTEST = ("-x", "-q", "--assert=plain", "-p", "no:cacheprovider")
QUICK_SECONDS, ALL_SECONDS = 6, 60
MEMORY_BYTES = 4 << 30
"""A mutant that runs in circles is ended by one of these: ten times what the tests need, of the processor's time."""
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


def mutants(modules: Iterable[str]) -> Iterator[Mutant]:
    """Return every module with every change."""
    from cosmic_ray.mutating import mutate_code  # noqa: PLC0415 - no requirement of linli
    from cosmic_ray.plugins import get_operator  # noqa: PLC0415

    for module in modules:
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


def judged(mutants: Iterable[Mutant]) -> Iterator[tuple[Mutant, bool]]:
    """Return of each mutant whether a test has noticed it, as they come: a test that fails, or never ends."""
    running: dict[int, Mutant] = {}
    for mutant in mutants:
        if len(running) == (os.cpu_count() or 1):
            yield _one_judged(running)
        running[_started(mutant)] = mutant
    while running:
        yield _one_judged(running)


def _one_judged(running: dict[int, Mutant]) -> tuple[Mutant, bool]:
    child, status = os.wait()
    return running.pop(child), status != 0


def _started(mutant: Mutant) -> int:
    child = os.fork()
    if not child:
        _run(mutant)
    return child


def _run(mutant: Mutant) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silence, stream)
    sys.meta_path.insert(0, _Instead(mutant, file_of(mutant.module)))
    tests = (STATE_MACHINE | AROUND)[mutant.module]
    os._exit(int(_fail(tests.quick, QUICK_SECONDS) or _fail(tests.slower, ALL_SECONDS)))


def _fail(tests: Sequence[str], limit: int) -> bool:
    resource.setrlimit(resource.RLIMIT_CPU, (limit, ALL_SECONDS))
    return bool(tests) and bool(pytest.main([*PYTEST, *(str(ROOT / "tests" / test) for test in tests)]))


def main(arguments: Sequence[str] = ()) -> int:
    """Print each change that no test has noticed, and how many were; return 1 if the tests fail on unchanged code."""
    wishes = _wishes(arguments)
    begun = time.monotonic()
    _warm_up()
    unchanged = [Mutant(module, "", file_of(module).read_text(encoding="utf-8"), "") for module in wishes.module]
    if any(is_noticed for _, is_noticed in judged(unchanged)):
        print("mutants: the tests fail on the code as it is")
        return 1
    survivors: dict[str, int] = dict.fromkeys(wishes.module, 0)
    tried: dict[str, int] = dict.fromkeys(wishes.module, 0)
    for mutant, is_noticed in judged(mutants(wishes.module)):
        tried[mutant.module] += 1
        if not is_noticed:
            survivors[mutant.module] += 1
            print(f"mutants: not noticed: {mutant.module} {mutant.operator}\n{mutant.change}", flush=True)
    for module in wishes.module:
        print(_sum(module, tried[module], survivors[module]))
    print(_sum("all", sum(tried.values()), sum(survivors.values())) + f", {time.monotonic() - begun:.0f} s")
    return 0


def _sum(what: str, tried: int, survivors: int) -> str:
    return f"mutants: {what}: {tried - survivors} of {tried} noticed, {100 * (tried - survivors) / tried:.1f} %"


def _wishes(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m bench.mutants", description=__doc__)
    parser.add_argument("--module", choices=[*STATE_MACHINE, *AROUND], action="append", help="only this one")
    wishes = parser.parse_args(arguments)
    wishes.module = wishes.module or list(STATE_MACHINE)
    return wishes


def _warm_up() -> None:
    """Import everything below the mutants, and nothing that has seen one of them."""
    try:
        import cosmic_ray.plugins  # noqa: F401, PLC0415 - no requirement of linli
    except ModuleNotFoundError:
        sys.exit("bench: mutants needs cosmic-ray; pip install cosmic-ray")
    import hypothesis  # noqa: F401, PLC0415 - of all that the tests import, the slowest

    import linli.core  # noqa: F401, PLC0415 - brings everything in, also what rests on the mutants

    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in list(sys.modules):
        if name.startswith(("alerts", "dashboard", "linli.core", "linli.pipeline")):
            del sys.modules[name]
    gc.freeze()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
