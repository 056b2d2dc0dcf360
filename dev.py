"""Run or test the portal with nothing but Python 3.11 and a package index.

python3 dev.py run     prepare everything, then serve http://localhost:8000
python3 dev.py test    lint, types, house rules and tests
python3 dev.py lint    lint and types alone
"""

import argparse
import ast
import contextlib
import hashlib
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

if sys.version_info < (3, 11):  # noqa: UP036 - whoever has an older Python shall be told so in words
    sys.exit("Samband needs Python 3.11 or newer; this is Python {}.{}.".format(*sys.version_info[:2]))

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"
REQUIREMENTS = ROOT / "requirements"
RUN_PINS = ("app",)
TEST_PINS = ("app", "test")
TAIL_BYTES = 4096
# More processes than this wait for one another's browsers and servers.
MOST_TEST_PROCESSES = 4

# pip's setting → the variables that say the same to uv, which does not read pip's configuration.
PIP_TO_UV = {
    "index-url": ("UV_DEFAULT_INDEX",),
    "extra-index-url": ("UV_INDEX",),
    "find-links": ("UV_FIND_LINKS",),
    "no-index": ("UV_NO_INDEX",),
    "trusted-host": ("UV_INSECURE_HOST",),
    "timeout": ("UV_HTTP_TIMEOUT",),
    "default-timeout": ("UV_HTTP_TIMEOUT",),
    "cert": ("SSL_CERT_FILE",),
    "client-cert": ("SSL_CLIENT_CERT",),
    "proxy": ("HTTP_PROXY", "HTTPS_PROXY"),
}


class Failure(Exception):
    """Something the reader has to put right first; its text says what."""


class Step(NamedTuple):
    name: str
    command: tuple[str, ...]


class Running(NamedTuple):
    step: Step
    process: subprocess.Popen[bytes]


LINTERS = (
    Step("ruff check", ("ruff", "check", "--quiet", ".")),
    Step("ruff format", ("ruff", "format", "--check", "--quiet", ".")),
    Step("mypy", ("mypy",)),
)


def main(arguments: list[str] | None = None) -> int:
    options, pytest_arguments = parse(arguments)
    os.chdir(ROOT)
    try:
        if options.verb == "run":
            prepare(RUN_PINS)
            return serve(options.port, options.data)
        prepare(TEST_PINS)
        if options.verb == "lint":
            return report(finish(start(LINTERS)), closing_line="")
        return test(full=options.full, pytest_arguments=pytest_arguments)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def parse(arguments: list[str] | None) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser("run", help="prepare everything, then serve the portal on this machine")
    run.add_argument("--port", type=int, default=8000)
    run.add_argument("--data", type=Path, help="where the database and the index live (default: the data folder)")
    tests = verbs.add_parser("test", help="lint, types, house rules and tests; pytest arguments run only those tests")
    tests.add_argument("--full", action="store_true", help="the slow lane too")
    verbs.add_parser("lint", help="lint and types alone")
    options, rest = parser.parse_known_args(arguments)
    if rest and options.verb != "test":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return options, rest


# -- the environment -------------------------------------------------------------------------------------------------


def prepare(pins: tuple[str, ...]) -> None:
    """Bring `.venv` to what the pins say; costs a few milliseconds when it is there already."""
    wanted = fingerprint(pins)
    stamp = VENV / f"samband-{pins[-1]}.stamp"
    if stamp.is_file() and stamp.read_text() == wanted and PYTHON.exists():
        return
    started = time.monotonic()
    create_environment()
    environment = installer_environment(os.environ, pip_configuration())
    print("Installing the pinned requirements …", flush=True)
    pip_install_uv()
    files = [argument for name in pins for argument in ("--requirement", str(REQUIREMENTS / f"{name}.txt"))]
    uv_install(["--require-hashes", *files], environment)
    uv_install(["--no-deps", "--no-build-isolation", "--editable", str(ROOT)], environment)
    stamp.write_text(wanted)
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


def fingerprint(pins: tuple[str, ...]) -> str:
    """Changes with every pin, with the entry point, with the interpreter and when the folder is moved."""
    digest = hashlib.sha256(f"{ROOT}\0{sys.version_info[:2]}\0".encode())
    for path in [REQUIREMENTS / f"{name}.txt" for name in ("uv", *pins)] + [ROOT / "pyproject.toml"]:
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def create_environment() -> None:
    if interpreter_can("import sys") and not interpreter_can("import pip"):
        require_ensurepip()
        subprocess.run([str(PYTHON), "-m", "ensurepip", "--default-pip"], check=True, stdout=subprocess.DEVNULL)
    elif not interpreter_can("import pip"):
        require_ensurepip()
        print("Creating .venv …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)


def interpreter_can(statement: str) -> bool:
    if not PYTHON.exists():
        return False
    return subprocess.run([str(PYTHON), "-c", statement], check=False, stderr=subprocess.DEVNULL).returncode == 0


def require_ensurepip() -> None:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        raise Failure(
            f"This Python cannot make virtual environments: it has no ensurepip.\n"
            f"On Debian and Ubuntu the package python3-venv ({package}) brings it:\n"
            f"    sudo apt-get install python3-venv\n"
            f"Then run the same command again."
        )


def pip_install_uv() -> None:
    quietly = ["--quiet", "--disable-pip-version-check"]
    pins = ["--require-hashes", "--requirement", str(REQUIREMENTS / "uv.txt")]
    run([str(PYTHON), "-m", "pip", "install", *quietly, *pins])


def uv_install(arguments: list[str], environment: Mapping[str, str]) -> None:
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    run([str(BIN / "uv"), "pip", "install", *quiet, "--python", str(PYTHON), *arguments], environment)


def run(command: list[str], environment: Mapping[str, str] | None = None) -> None:
    if subprocess.run(command, check=False, env=environment).returncode != 0:
        raise Failure(f"This step failed, its own words are above: {' '.join(command[:4])} …")


def pip_configuration() -> dict[str, str]:
    """What pip's files and variables on this machine say; the last of global, install and variable wins."""
    listing = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "list"], check=False, capture_output=True, text=True
    ).stdout
    found: dict[tuple[int, str], str] = {}
    for line in listing.splitlines():
        name, _, literal = line.strip().partition("=")
        scope, _, key = name.rpartition(".")
        if scope in ("global", "install", ":env:") and literal:
            found[("global", "install", ":env:").index(scope), key] = str(ast.literal_eval(literal))
    return {key: found[rank, key] for rank, key in sorted(found)}


def installer_environment(environment: Mapping[str, str], pip_settings: Mapping[str, str]) -> dict[str, str]:
    """The environment in which uv asks the index that pip would ask. What is set for uv already stays as it is."""
    result = dict(environment)
    for setting, variables in PIP_TO_UV.items():
        values = pip_settings.get(setting, "").split()
        if setting == "find-links":
            values = [value for value in values if "://" in value or Path(value).is_dir()]
        if setting == "no-index":
            values = [value for value in values if value.lower() in ("1", "true", "yes", "on")]
        for variable in variables:
            if values:
                result.setdefault(variable, ("," if setting == "find-links" else " ").join(values))
    # pip looks in all of its indexes. The pinned hashes make it the same file wherever it comes from.
    result.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    result.setdefault("UV_PYTHON_DOWNLOADS", "never")
    return result


# -- run -------------------------------------------------------------------------------------------------------------


def serve(port: int, data: Path | None) -> int:
    environment = os.environ | ({"SAMBAND_DATA_DIR": str(data.resolve())} if data else {})
    command = [str(BIN / "samband"), "serve", "--prepare", "--port", str(port)]
    if os.name == "posix":
        # The portal takes this process over, so that Ctrl-C and signals reach it and nothing in between.
        os.execve(command[0], command, environment)  # noqa: S606 - a fixed path, no shell
    return subprocess.run(command, check=False, env=environment).returncode


# -- test ------------------------------------------------------------------------------------------------------------


def test(*, full: bool, pytest_arguments: list[str]) -> int:
    """Linters beside pytest; whatever failed is said again at the end, pytest's own line last."""
    command = [str(PYTHON), "-m", "pytest", *([] if full else ["-m", "not full"]), *pytest_arguments]
    if not pytest_arguments:
        command += ["--numprocesses", str(min(MOST_TEST_PROCESSES, os.cpu_count() or 1)), "--dist", "loadfile"]
    if sys.stdout.isatty():
        command.append("--color=yes")
    with started(() if pytest_arguments else LINTERS) as linters:
        code, closing_line = run_and_echo(command)
        failed = finish(linters)
    if failed and code != 0:
        failed.append("pytest")
    return report(failed, closing_line) or code


@contextlib.contextmanager
def started(steps: tuple[Step, ...]) -> Iterator[list[Running]]:
    running = start(steps)
    try:
        yield running
    finally:
        for linter in running:
            linter.process.kill()
            linter.process.wait()


def start(steps: tuple[Step, ...]) -> list[Running]:
    return [
        Running(
            step, subprocess.Popen([str(PYTHON), "-m", *step.command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        )
        for step in steps
    ]


def finish(running: list[Running]) -> list[str]:
    """Waits, prints what the failing ones had to say, returns their names."""
    failed = []
    for step, process in running:
        output, _ = process.communicate()
        if process.returncode != 0:
            failed.append(step.name)
            print(f"\n-- {step.name} " + "-" * 60, flush=True)
            sys.stdout.buffer.write(output)
            sys.stdout.flush()
    return failed


def run_and_echo(command: list[str]) -> tuple[int, str]:
    """Shows what the command prints while it prints it; returns its exit code and its last line."""
    tail = b""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        while process.stdout and (chunk := os.read(process.stdout.fileno(), 65536)):
            sys.stdout.buffer.write(chunk)
            sys.stdout.flush()
            tail = (tail + chunk)[-TAIL_BYTES:]
    lines = tail.decode(errors="replace").strip().splitlines()
    return process.returncode, lines[-1] if lines else ""


def report(failed: list[str], closing_line: str) -> int:
    if not failed:
        return 0
    print(f"\nFailed: {', '.join(failed)}", flush=True)
    if closing_line:
        print(closing_line, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
