"""One line of migrations, each of which can be taken back."""

import ast

from alembic.config import Config
from alembic.script import ScriptDirectory

from tests.house_rules import tree


def script_directory() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(tree.ROOT / "migrations"))
    return ScriptDirectory.from_config(config)


def test_there_is_one_head_and_one_base() -> None:
    assert len(script_directory().get_heads()) == 1
    assert len(script_directory().get_bases()) == 1


def test_every_migration_can_be_taken_back() -> None:
    without = []
    for name in tree.under(tree.GENERATED):
        bodies = {node.name: node.body for node in tree.parsed(name).body if isinstance(node, ast.FunctionDef)}
        if not any(isinstance(statement, ast.Expr | ast.With) for statement in bodies.get("downgrade", [])):
            without.append(name)
    assert without == []
