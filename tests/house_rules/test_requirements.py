"""What is installed is pinned, hashed, used, and comes from whatever index the reader's machine names."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tests.house_rules import tree

REQUIREMENT = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[a-z,]+\])?==[^\s;]+( ; [^\\]+)?$")
HASH = re.compile(r"^--hash=sha256:[0-9a-f]{64}$")

USED_WITHOUT_IMPORT = {
    "httptools": "uvicorn's parser",
    "psycopg": "SQLAlchemy's PostgreSQL driver",
    "python-multipart": "Starlette's form parser",
    "tzdata": "time zones where the system has none",
    "uvloop": "uvicorn's event loop",
}
LOCAL = {"app", "dev", "migrations", "search", "seed_data", "tests"}


def entries(name: str) -> list[tuple[str, list[str]]]:
    """Each requirement of a compiled file with the options that follow it."""
    joined = tree.text(name).replace("\\\n", " ")
    lines = [line.strip() for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [(line.split(" --", 1)[0].strip(), re.findall(r"--\S+", line)) for line in lines]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for(name: str) -> set[str]:
    lines = [line.strip() for line in tree.text(name).splitlines()]
    return {normal(re.split(r"[\[ ;=<>~]", line)[0]) for line in lines if line and not line.startswith(("#", "-"))}


@pytest.mark.parametrize("name", tree.under("requirements/", suffix=".txt"))
def test_every_requirement_is_pinned_with_a_hash(name: str) -> None:
    found = entries(name)
    assert found
    assert [wanted for wanted, _ in found if not REQUIREMENT.match(wanted)] == []
    assert [wanted for wanted, options in found if not options or not all(map(HASH.match, options))] == []


@pytest.mark.parametrize("name", tree.under("requirements/", suffix=".in"))
def test_everything_asked_for_is_pinned(name: str) -> None:
    pinned = {normal(wanted.split("==")[0].split("[")[0]) for wanted, _ in entries(name.replace(".in", ".txt"))}
    assert asked_for(name) - pinned == set()


def test_the_pinned_build_backend_is_the_one_that_builds() -> None:
    build = tomllib.loads(tree.text("pyproject.toml"))["build-system"]
    assert normal(build["build-backend"]) in asked_for("requirements/uv.in")


def distributions(*tops: str) -> set[str]:
    """The distributions whose packages these modules import, as far as they are installed."""
    owners = packages_distributions()
    tops_imported = {imported.split(".")[0] for name in tree.under(*tops) for _, imported in tree.imports(name)}
    foreign = tops_imported - set(sys.stdlib_module_names) - LOCAL
    return {normal(owner) for package in foreign for owner in owners.get(package, [package])}


def test_the_portal_imports_only_what_it_asks_for() -> None:
    imported = distributions("app/", "search/", "seed_data/", "migrations/")
    # Parts of FastAPI, SQLModel and pydantic-settings that their own documentation tells to import by name.
    with_their_parents = {"starlette", "pydantic", "sqlalchemy", "markupsafe", "click"}
    assert imported - asked_for("requirements/app.in") - with_their_parents == set()


def test_everything_the_portal_asks_for_is_used() -> None:
    imported = distributions("app/", "search/", "seed_data/", "migrations/")
    assert asked_for("requirements/app.in") - imported - set(USED_WITHOUT_IMPORT) == set()


def test_dev_needs_only_the_standard_library() -> None:
    tops = {imported.split(".")[0] for _, imported in tree.imports("dev.py")}
    assert tops - set(sys.stdlib_module_names) == set()
