"""Every test that docs/reliability.md names is there, and every fault of its list has a row."""

import ast
import re

from tests.house_rules import tree

NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+?)(_…)?)?`")
ROW = re.compile(r"^\| (F-\d\d) ", re.MULTILINE)
FAULTS = ("01", "02", "03", "06", "07", "08", "11", "12", "13", "15", "24", "41", "42", "43")


def names_in(path: str) -> set[str]:
    found = ast.walk(ast.parse(tree.text(path)))
    return {node.name for node in found if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_test_that_is_named_is_there() -> None:
    named = NAMED.findall(tree.text("docs/reliability.md"))
    assert len(named) > 20
    for path, name, is_beginning in named:
        there = names_in(path)
        assert any(one.startswith(f"{name}_") if is_beginning else name in {"", one} for one in there), (path, name)


def test_every_fault_has_its_row() -> None:
    assert {f"F-{number}" for number in FAULTS} <= set(ROW.findall(tree.text("docs/reliability.md")))


def test_every_row_names_its_test() -> None:
    rows = [line for line in tree.text("docs/reliability.md").splitlines() if line.startswith("| F-")]
    assert [row for row in rows if not NAMED.search(row.rsplit("|", 2)[1])] == []
