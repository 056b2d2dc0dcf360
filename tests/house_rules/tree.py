"""The files of this repository, read once for all house rules."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GENERATED = "migrations/versions/"


@cache
def files() -> tuple[str, ...]:
    """Paths relative to the root: what is tracked and what is about to be (new and not ignored)."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(sorted({name for name in listing.split("\0") if name and (ROOT / name).is_file()}))


def under(*tops: str, suffix: str = ".py") -> tuple[str, ...]:
    return tuple(name for name in files() if name.startswith(tops) and name.endswith(suffix))


@cache
def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def parsed(name: str) -> ast.Module:
    return ast.parse(text(name), filename=name)


def imports(name: str) -> list[tuple[int, str]]:
    """Line and dotted name of everything the module imports: `from a import b` counts as `a.b`."""
    found = []
    for node in ast.walk(parsed(name)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = ".".join(Path(name).with_suffix("").parts[: -node.level]) if node.level else ""
            module = ".".join(part for part in (package, node.module) if part)
            found += [(node.lineno, f"{module}.{alias.name}") for alias in node.names]
    return found


def calls(name: str) -> list[tuple[int, str, ast.Call]]:
    """Line, last name and node of every call: `session.commit()` counts as `commit`."""
    nodes = [node for node in ast.walk(parsed(name)) if isinstance(node, ast.Call)]
    return [(node.lineno, last_name(node.func), node) for node in nodes]


def last_name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""
