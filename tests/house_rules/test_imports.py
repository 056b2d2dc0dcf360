"""Imports go one way: rooms downwards, pages → service → models, and the engine room knows no domain."""

from collections.abc import Iterator

import pytest

from tests.house_rules import tree

ROOMS = ("vocabulary", "accounts", "publishing", "figures", "directory", "library", "importing", "discovery")
"""From the ground up: a room may import the rooms before it."""

FLOORS = {"models": 0, "forms": 1, "service": 2, "search": 2, "pages": 3, "api": 3}
"""Within a room: a higher floor may import a lower one or its own. The top floor is for the rooms' top floors only."""

TOP = {"app.main", "app.cli"}
MAY_IMPORT_THE_TOP = ("app/main.py", "app/cli.py", "tests/")
MAY_IMPORT_SEED = ("app/cli.py", "seed_data/", "tests/")


def violations(name: str, imported: str) -> Iterator[str]:
    """Why `name` (a path) may not import `imported` (a dotted name); nothing when it may."""
    target = tuple(imported.split("."))
    yield from _between_trees(name, target)
    if name.startswith("app/") and target[0] == "app":
        yield from _between_rooms(name, target)


def _between_trees(name: str, target: tuple[str, ...]) -> Iterator[str]:
    if name.startswith("search/") and target[0] in {"app", "seed_data", "migrations", "tests"}:
        yield "the engine room knows no domain"
    if target[0] == "tests" and not name.startswith("tests/"):
        yield "only tests import tests"
    if target[0] == "migrations":
        yield "nobody imports migrations"
    if target[0] == "seed_data" and not name.startswith(MAY_IMPORT_SEED):
        yield "seed data is loaded from the command line only"
    if ".".join(target[:2]) in TOP and not name.startswith(MAY_IMPORT_THE_TOP):
        yield f"{'.'.join(target[:2])} stands above everything else"


def _between_rooms(name: str, target: tuple[str, ...]) -> Iterator[str]:
    source = name.removesuffix(".py").split("/")
    target_is_room = len(target) > 1 and target[1] in ROOMS
    if target_is_room and source[1] in ROOMS and ROOMS.index(target[1]) > ROOMS.index(source[1]):
        yield f"{source[1]} lies below {target[1]}"
    if target_is_room and len(target) > 2 and len(source) > 2:
        here, there = FLOORS.get(source[2], max(FLOORS.values())), FLOORS.get(target[2], 0)
        is_same_room = source[1] == target[1]
        if there > here and (is_same_room or there == max(FLOORS.values())):
            yield f"{source[2]} lies below {target[2]}"


def test_imports_go_one_way() -> None:
    wrong = [
        f"{name}:{line} imports {imported}: {reason}"
        for name in tree.under("app/", "search/", "seed_data/", "migrations/", "dev.py")
        for line, imported in tree.imports(name)
        for reason in violations(name, imported)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "imported"),
    [
        ("search/embedded.py", "app.permissions.acl"),
        ("app/vocabulary/service.py", "app.directory.models.Organisation"),
        ("app/library/models.py", "app.discovery.service.search"),
        ("app/library/models.py", "app.library.service.get_material"),
        ("app/directory/service.py", "app.directory.pages.router"),
        ("app/library/service.py", "app.vocabulary.pages.router"),
        ("app/library/forms.py", "app.library.service.get_material"),
        ("app/sync.py", "app.main.create_app"),
        ("app/discovery/service.py", "seed_data.load.load"),
        ("app/main.py", "tests.factories.material"),
        ("app/db.py", "migrations.env.run"),
    ],
)
def test_the_rule_sees_an_import_that_points_back(name: str, imported: str) -> None:
    assert list(violations(name, imported))


@pytest.mark.parametrize(
    ("name", "imported"),
    [
        ("app/discovery/pages.py", "app.library.service.list_materials"),
        ("app/library/service.py", "app.vocabulary.models.Concept"),
        ("app/library/forms.py", "app.vocabulary.service.Vocabulary"),
        ("app/main.py", "app.discovery.pages.router"),
        ("app/sync.py", "search.engine.Document"),
        ("seed_data/load.py", "app.vocabulary.models.Concept"),
    ],
)
def test_the_rule_allows_an_import_that_goes_down(name: str, imported: str) -> None:
    assert list(violations(name, imported)) == []
