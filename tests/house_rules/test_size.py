"""Small enough to be read: functions, modules, and names that say something."""

import ast
from statistics import quantiles

from tests.house_rules import tree

MAX_FUNCTION_LINES = 60
MAX_FUNCTION_LINES_P90 = 30
MAX_MODULE_LINES = 400
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}


def own_modules() -> tuple[str, ...]:
    """Migrations are written by Alembic and are as long as the tables they make."""
    return tuple(name for name in tree.under("") if not name.startswith(tree.GENERATED))


def function_lines(name: str) -> list[tuple[int, str]]:
    """Size and place of each function, from its `def` to its last line."""
    return [
        ((node.end_lineno or node.lineno) - node.lineno + 1, f"{name}:{node.lineno} {node.name}")
        for node in ast.walk(tree.parsed(name))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_no_function_is_too_long() -> None:
    sizes = [size for name in own_modules() for size in function_lines(name)]
    assert sizes
    assert [place for lines, place in sizes if lines > MAX_FUNCTION_LINES] == []


def test_nine_functions_in_ten_are_short() -> None:
    """Of the portal itself, so that many short tests cannot make up for long functions."""
    portal = [name for name in own_modules() if not name.startswith("tests/")]
    sizes = [lines for name in portal for lines, _ in function_lines(name)]
    assert quantiles(sizes, n=10)[-1] <= MAX_FUNCTION_LINES_P90


def test_no_module_is_too_long() -> None:
    lengths = {name: len(tree.text(name).splitlines()) for name in own_modules()}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_MODULE_LINES} == {}


def test_module_names_say_something() -> None:
    named = [name for name in tree.under("") if name.removesuffix(".py").split("/")[-1] in SAYS_NOTHING]
    assert named == []
