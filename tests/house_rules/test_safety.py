"""Rules whose breach is a hole, a lost update or a test that proves nothing."""

import ast
import re

import pytest
from jinja2 import Environment
from jinja2.nodes import Filter, MarkSafe, ScopedEvalContextModifier

from tests.house_rules import tree

MAY_COMMIT = {"app/db.py", "migrations/env.py"}
"""Alembic commits a migration itself; everybody else writes inside `db.transaction`."""

MAY_MARK_SAFE = {"app/pages.py"}
"""The one place where text becomes HTML; whatever it marks safe it has built or cleaned itself."""

SAFE_CALLS = {"Markup", "mark_safe"}
SKIPS = {"skip", "skipif", "xfail"}
KEEPS_TRACES = re.compile(r"\b(?:localStorage|indexedDB|document\.cookie)\b")
INLINE = re.compile(r"<style\b|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\b(?:src=|type=\"application/ld\+json\"))")
DYNAMIC_CODE = re.compile(r"\beval\(|\bnew Function\(|\.innerHTML\b|\.outerHTML\b|\bdocument\.write\b")


def portal() -> tuple[str, ...]:
    return tree.under("app/", "seed_data/", "migrations/")


def test_only_the_database_module_commits() -> None:
    found = [
        f"{name}:{line}"
        for name in portal()
        if name not in MAY_COMMIT
        for line, called, node in tree.calls(name)
        if called == "commit" and isinstance(node.func, ast.Attribute)
    ]
    assert found == []


def test_python_marks_nothing_safe_elsewhere() -> None:
    found = [
        f"{name}:{line} {called}"
        for name in tree.under("app/", "search/", "seed_data/")
        if name not in MAY_MARK_SAFE
        for line, called, _ in tree.calls(name)
        if called in SAFE_CALLS
    ]
    assert found == []


def unsafe_spots(source: str) -> list[str]:
    """Where a template switches escaping off."""
    template = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True).parse(source)
    filters = [f"line {node.lineno}: |safe" for node in template.find_all(Filter) if node.name == "safe"]
    blocks = [f"line {node.lineno}: autoescape" for node in template.find_all(ScopedEvalContextModifier)]
    return filters + blocks + [f"line {node.lineno}: safe" for node in template.find_all(MarkSafe)]


def test_templates_escape_everything() -> None:
    templates = [name for name in tree.files() if name.startswith("app/templates/")]
    assert [f"{name} {spot}" for name in templates for spot in unsafe_spots(tree.text(name))] == []


@pytest.mark.parametrize("source", ["{{ a|safe }}", "{% autoescape false %}{{ a }}{% endautoescape %}"])
def test_the_rule_sees_a_template_that_does_not_escape(source: str) -> None:
    assert unsafe_spots(source)


def test_templates_hold_no_script_and_no_style() -> None:
    """The content security policy allows none, so that injected ones do nothing."""
    templates = [name for name in tree.files() if name.startswith("app/templates/") and name.endswith(".html")]
    assert [name for name in templates if INLINE.search(tree.text(name)) and "/email/" not in name] == []


def test_scripts_keep_no_trace_and_build_no_code() -> None:
    """Someone in danger may share the machine: what was looked for must not be found in it."""
    scripts = [name for name in tree.files() if name.startswith("app/") and name.endswith((".js", ".html"))]
    found = [name for name in scripts if KEEPS_TRACES.search(tree.text(name)) or DYNAMIC_CODE.search(tree.text(name))]
    assert found == []


def test_models_keep_their_annotations() -> None:
    """SQLModel reads annotations while the class is made; postponed ones break relationships."""
    models = [name for name in tree.under("app/") if name.endswith("models.py")]
    assert [name for name in models if "__future__.annotations" in imported_names(name)] == []


def imported_names(name: str) -> set[str]:
    return {imported for _, imported in tree.imports(name)}


def test_nothing_is_typed_as_anything() -> None:
    found = [name for name in tree.under("") if "typing.Any" in imported_names(name) and not name.startswith("tests/")]
    assert found == []


def reasonless(name: str) -> list[int]:
    """Lines of skips and expected failures that do not say why."""
    marks = [node for node in ast.walk(tree.parsed(name)) if isinstance(node, ast.Attribute) and node.attr in SKIPS]
    explained = [node.func for _, last, node in tree.calls(name) if last in SKIPS and says_why(node)]
    return [mark.lineno for mark in marks if mark not in explained]


def says_why(call: ast.Call) -> bool:
    """`pytest.skip("why")` takes the reason first; the marks take it by name."""
    by_name = any(keyword.arg == "reason" for keyword in call.keywords)
    return by_name or (
        bool(call.args) and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
    )


def test_a_skipped_test_says_why() -> None:
    assert [f"{name}:{line}" for name in tree.under("tests/") for line in reasonless(name)] == []
