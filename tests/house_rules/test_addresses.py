"""Nothing in the repository ties it to one machine or to one place of download."""

import re

import pytest

from tests.house_rules import tree

# Each name is split in two, so that this file passes its own rule.
INDEX_HOSTS = (
    "py" + "pi",
    "python" + "hosted",
    "npm" + "js",
    "crates" + r"\.io",
    r"deb\.deb" + "ian",
    "maven" + r"\.org",
)
INDEX_ADDRESS = re.compile(rf"https?://(?:[\w-]+\.)*(?:{'|'.join(INDEX_HOSTS)})\b", re.IGNORECASE)
MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:work|root|opt/wheels|home/[a-z]\w*|Users/\w+)/")
ANY_ADDRESS = re.compile(r"\b(?:https?|ftp|file|git\+\w+)://(?!localhost|127\.0\.0\.1|\[::1\])", re.IGNORECASE)
INDEX_OPTION = re.compile(r"(?<![\w`\"'-])(?:--(?:extra-)?index-url|--find-links|--trusted-host|--index)[ =]\S*://")
BUILD_FILES = ("requirements/", "pyproject.toml", "dev.py", ".ci/", "compose.yaml", "alembic.ini")
TEXT = (".py", ".md", ".txt", ".in", ".toml", ".yaml", ".yml", ".ini", ".html", ".css", ".js", ".po", ".pot", ".mako")


def text_files() -> list[str]:
    return [name for name in tree.files() if name.endswith(TEXT) or name.startswith(".ci/")]


def places(pattern: re.Pattern[str], names: list[str]) -> list[str]:
    return [
        f"{name}:{number} {match.group()}"
        for name in names
        for number, line in enumerate(tree.text(name).splitlines(), start=1)
        if (match := pattern.search(line))
    ]


def test_no_index_is_named() -> None:
    assert places(INDEX_ADDRESS, text_files()) == []
    assert places(INDEX_OPTION, text_files()) == []


def test_build_files_hold_no_address() -> None:
    names = [name for name in text_files() if name.startswith(BUILD_FILES)]
    assert len(names) > len(BUILD_FILES)
    assert places(ANY_ADDRESS, names) == []


def test_no_path_of_one_machine() -> None:
    assert places(MACHINE_PATH, text_files()) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (INDEX_ADDRESS, "https://" + "py" + "pi.org/simple"),
        (INDEX_ADDRESS, "see https://registry." + "npm" + "js.org/x"),
        (INDEX_OPTION, "pip install --index-url" + " https://mirror.example/simple"),
        (MACHINE_PATH, 'open("/' + 'work/x")'),
        (MACHINE_PATH, "/" + "home/anna/portal"),
        (ANY_ADDRESS, "git+https" + "://example.org/x"),
    ],
)
def test_the_patterns_see_what_they_are_for(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


@pytest.mark.parametrize(
    "line", ["https://example.no/work/conditions", "/sv/work/", "http://localhost:8000/en/", "frame/work/permit"]
)
def test_ordinary_addresses_are_left_alone(line: str) -> None:
    assert not MACHINE_PATH.search(line)
    assert not INDEX_ADDRESS.search(line)
