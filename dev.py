#!/usr/bin/env python3
"""Set up linli's own Python environment in .venv beside this file, and run one of its tasks in it.

Standard library only. An old Python must still be able to read this file as far as the sentence that turns it away.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts this has not read pyproject.toml
    sys.exit("dev.py: linli needs Python 3.11 or newer, and this is Python {}.{}".format(*sys.version_info[:2]))

import ast
import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

USAGE = """\
usage: python3 dev.py COMMAND [ARGUMENTS]

The first start sets up linli's own Python environment in .venv beside this file;
later starts need no network. ARGUMENTS go on to the command as they are.

  demo     run a made-up community and open its pages      dev.py demo --homes 200
  test     run the tests with pytest                       dev.py test tests/alerts -k sos
  check    format, lint and types, then the tests          dev.py check
  bench    measure                                         dev.py bench --help
  screenshots  pictures of every page                      dev.py screenshots --all FOLDER
  setup    only set up, for all of these                   dev.py setup
           or for running linli alone                      dev.py setup --run-only

Environment:
  PIP_INDEX_URL and pip's other settings are followed, from its configuration files too.
  LINLI_UV=0 installs with pip alone, where uv does not work.

To begin anew, delete .venv.
"""

PIP_AS_UV = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "timeout": ("UV_HTTP_TIMEOUT", " "),
    "proxy": ("ALL_PROXY", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "client-cert": ("SSL_CLIENT_CERT", " "),
}
"""What uv calls pip's settings, and how it parts several values."""

NOT_HANDED_ON = {"PYTHONHOME", "__PYVENV_LAUNCHER__", "PYTHONDONTWRITEBYTECODE"}
"""The first two name another Python. The last, which containers set to keep their layers small, would have each of the
many programs that the tests start compile all packages anew."""


class NotPossibleError(Exception):
    """This machine lacks something; the message says what, in one sentence."""


def main(arguments: Sequence[str]) -> int:
    """Run one command line; return its exit status."""
    if arguments and arguments[0] in {"-h", "--help", "help"}:
        print(USAGE, end="")
        return 0
    if not arguments or arguments[0] not in TASKS:
        print(USAGE, end="", file=sys.stderr)
        return 2
    try:
        return TASKS[arguments[0]](Environment(Path(__file__).resolve().parent, call), arguments[1:])
    except NotPossibleError as why:
        say(str(why))
        return 1
    except OSError as error:
        say(f"the system said no: {error}")
        return 1
    except KeyboardInterrupt:
        return 130


def setup(environment: "Environment", arguments: Sequence[str]) -> int:
    """Prepare everything, or only what running linli needs."""
    if list(arguments) not in ([], ["--run-only"]):
        print(USAGE, end="", file=sys.stderr)
        return 2
    environment.prepare("run" if arguments else "dev")
    say(f"ready: {environment.program('linli')}")
    return 0


def demo(environment: "Environment", arguments: Sequence[str]) -> int:
    """Run the demo, from where the caller stands."""
    environment.prepare("run")
    return become([str(environment.program("linli")), "demo", *arguments], environment.variables())


def test(environment: "Environment", arguments: Sequence[str]) -> int:
    """Run pytest; all tests, when nothing else is said, in several processes."""
    return run_module(environment, "pytest", arguments or side_by_side())


def bench(environment: "Environment", arguments: Sequence[str]) -> int:
    """Run the benchmarks."""
    return run_module(environment, "bench", arguments)


def screenshots(environment: "Environment", arguments: Sequence[str]) -> int:
    """Take pictures of every page."""
    return run_module(environment, "bench", ["screens", *arguments])


def check(environment: "Environment", arguments: Sequence[str]) -> int:
    """Run every check, even after one has failed; the arguments are pytest's."""
    environment.prepare("dev")
    os.chdir(environment.root)
    steps = {
        "format": ["ruff", "format", "--check", "."],
        "lint": ["ruff", "check", "."],
        "types": ["mypy"],
        "tests": ["pytest", *side_by_side(), *arguments],
    }
    failed = []
    for step, module in steps.items():
        say(f"{step}: {' '.join(module)}")
        if subprocess.call([str(environment.python), "-m", *module], env=environment.variables()):
            failed.append(step)
    say(f"not right: {', '.join(failed)}" if failed else "all right")
    return 1 if failed else 0


def side_by_side() -> list[str]:
    """Return what makes pytest run in several processes: one more than there are cores, since many a test only waits."""
    return [f"--numprocesses={(os.cpu_count() or 1) + 1}", "--dist=worksteal"]


TASKS: dict[str, Callable[["Environment", Sequence[str]], int]] = {
    "demo": demo,
    "test": test,
    "check": check,
    "bench": bench,
    "screenshots": screenshots,
    "setup": setup,
}


def run_module(environment: "Environment", module: str, arguments: Sequence[str]) -> int:
    """Run a module of the development tools at the top of the tree."""
    environment.prepare("dev")
    os.chdir(environment.root)
    return become([str(environment.python), "-m", module, *arguments], environment.variables())


class Environment:
    """The virtual environment of one working tree: what is in it, and how it gets there.

    `kind` is "run" (what the program needs) or "dev" (that and the tests' tools). A note inside says what was
    finished; while something is under way it says so instead, so that a killed set-up is seen and built anew.
    """

    def __init__(self, root: Path, call: Callable[[Sequence[str], Mapping[str, str]], int]) -> None:
        self.root = root
        self._call = call
        self.folder = root / ".venv"
        self.python = self.program("python")
        self._note = self.folder / "linli-setup.json"

    def program(self, name: str) -> Path:
        """Return where a program of this environment is, or will be."""
        if os.name == "nt":
            return self.folder / "Scripts" / f"{name}.exe"
        return self.folder / "bin" / name

    def variables(self) -> dict[str, str]:
        """Return the process environment as an activated shell would have it."""
        kept = {name: value for name, value in os.environ.items() if name not in NOT_HANDED_ON}
        kept["VIRTUAL_ENV"] = str(self.folder)
        kept["PATH"] = os.pathsep.join([str(self.python.parent), os.environ.get("PATH", os.defpath)])
        return kept

    def prepare(self, kind: str) -> None:
        """Make the environment ready; at once, and without network, if it is."""
        if self.is_ready(kind):
            return
        with alone(self.root / ".venv.lock"):
            if not self.is_ready(kind):
                self._install(kind)

    def is_ready(self, kind: str) -> bool:
        """Is all of this kind installed, as the files say today?"""
        return self.is_sound() and self._read_note().get(kind) == self._fingerprint(kind)

    def is_sound(self) -> bool:
        """Is there a finished environment of this Python in this place, current or not?"""
        return self._read_note().get("made for") == self._made_for() and self.python.exists()

    def _install(self, kind: str) -> None:
        started = time.monotonic()
        if not self.is_sound():
            self._create()
        self._write_note({"under way": kind})
        self._install_pinned(self.root / "requirements" / f"{kind}.txt")
        say("installing linli itself")
        offline = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation")
        if self._pip("install", *offline, "--editable", str(self.root)):
            raise NotPossibleError("linli itself could not be installed; what pip says is above")
        kinds = ["run", "dev"] if kind == "dev" else ["run"]
        self._write_note({"made for": self._made_for(), **{each: self._fingerprint(each) for each in kinds}})
        say(f"set up in {time.monotonic() - started:.0f} s")

    def _create(self) -> None:
        if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
            raise NotPossibleError(
                "this Python came without its venv module; on Debian and Ubuntu: sudo apt install python3-venv"
            )
        if self.folder.exists():
            if Path(sys.prefix).resolve() == self.folder:
                raise NotPossibleError(".venv must be built anew, so start this with the Python outside it")
            say(".venv is unfinished, moved, or of another Python: building it anew")
            shutil.rmtree(self.folder)
        else:
            say("creating .venv")
        if self._call([sys.executable, "-m", "venv", str(self.folder)], self.variables()):
            raise NotPossibleError("the virtual environment could not be created; what Python says is above")

    def _install_pinned(self, requirements: Path) -> None:
        wanted = ["install", "--no-deps", "--require-hashes", "-r", str(requirements)]
        if os.environ.get("LINLI_UV") != "0":
            say("installing uv")
            pinned = str(self.root / "requirements" / "uv.txt")
            if self._pip("install", "--no-deps", "--require-hashes", "-r", pinned) == 0:
                say(f"installing requirements/{requirements.name} with uv")
                if self._uv(*wanted) == 0:
                    return
            say("uv did not do it, so pip does")
        say(f"installing requirements/{requirements.name} with pip; this takes a minute or two")
        if self._pip(*wanted):
            raise NotPossibleError(
                "the packages could not be installed; is the network there? (what pip says is above;"
                " PIP_INDEX_URL names a mirror)"
            )

    def _pip(self, *arguments: str) -> int:
        variables = {**self.variables(), "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        return self._call([str(self.python), "-I", "-m", "pip", *arguments, *quietly()], variables)

    def _uv(self, *arguments: str) -> int:
        settings = self._pip_settings()
        offline = ["--no-index"] if settings.get("no-index", "").lower() in {"1", "true", "yes", "on"} else []
        command = [str(self.program("uv")), "pip", *arguments, "--python", str(self.python), *offline, *quietly()]
        return self._call(command, uv_variables(settings, self.variables()))

    def _pip_settings(self) -> dict[str, str]:
        listing = subprocess.run(
            [str(self.python), "-I", "-m", "pip", "config", "list"],
            env=self.variables(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        return pip_settings(listing.stdout)

    def _made_for(self) -> str:
        version = "{}.{}".format(*sys.version_info[:2])
        return f"Python {version} on {sysconfig.get_platform()} in {self.folder}"

    def _fingerprint(self, kind: str) -> str:
        digest = hashlib.sha256()
        for file in (self.root / "requirements" / f"{kind}.txt", self.root / "pyproject.toml"):
            digest.update(file.read_bytes())
        return digest.hexdigest()

    def _read_note(self) -> dict[str, str]:
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return {}
        return note if isinstance(note, dict) else {}

    def _write_note(self, note: Mapping[str, str]) -> None:
        fresh = self._note.with_suffix(".new")
        fresh.write_text(json.dumps(note, indent=2), encoding="utf-8")
        fresh.replace(self._note)


def call(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run one step of the set-up; stdout belongs to the task that follows."""
    # Open files are handed on because one of them is the lock: if this process is killed, the next one waits
    # until what it had started has ended too.
    return subprocess.call(command, env=variables, close_fds=False, stdin=subprocess.DEVNULL, stdout=2)


def pip_settings(listing: str) -> dict[str, str]:
    """Read what `pip config list` prints: the environment goes before [install], and that before [global]."""
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in listing.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in found:
            found[section][name] = str(ast.literal_eval(value))
    return {**found["global"], **found["install"], **found[":env:"]}


def uv_variables(settings: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Tell uv, which reads no configuration of pip's, where pip would look; what is set for uv itself stands."""
    told = dict(variables)
    for name, (variable, between) in PIP_AS_UV.items():
        if settings.get(name, "").strip():
            told.setdefault(variable, between.join(settings[name].split()))
    # pip takes a package from any of its indexes; every file is pinned by its hash, so uv may as well
    told.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return told


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock of a set-up, so that two at once do not build on one another's half."""
    with path.open("w", encoding="utf-8") as file:
        if not is_locked(file):
            say("another set-up is under way here; waiting for it")
            while not is_locked(file):
                time.sleep(0.2)
        yield


def is_locked(file: IO[str]) -> bool:
    """Lock the file until it is closed, by the last process that has it open; is it ours now?"""
    try:
        if sys.platform == "win32":
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.set_inheritable(file.fileno(), True)
    except OSError:
        return False
    return True


def become(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Let the command take this process's place, so that signals and the exit status are its own."""
    if os.name != "nt":
        sys.stdout.flush()
        os.execve(command[0], list(command), dict(variables))
    task = subprocess.Popen(command, env=variables)
    while True:
        # Windows sends Ctrl+C to both; the task decides what it means
        with contextlib.suppress(KeyboardInterrupt):
            return task.wait()


def quietly() -> list[str]:
    """Progress bars are for a person who watches; a log gets a line for each step."""
    return [] if sys.stderr.isatty() else ["--quiet"]


def say(sentence: str) -> None:
    """Say how it goes, where it does not mix with what the task prints."""
    print(f"dev.py: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
