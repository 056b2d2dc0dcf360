"""The files of deploy/ and compose.yaml fit the portal and one another. What they do is tried in test_running.py."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from app.cli import commands
from app.settings import Settings
from tests.house_rules import tree
from tests.operations.postgres import absent

DEPLOY = tree.ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
COMMAND = re.compile(r"/\.venv/bin/samband (\S+)")
VARIABLE = re.compile(r"\bSAMBAND_[A-Z_]+\b")
ADDRESS = re.compile(r"\b172\.\d+\.\d+\.\d+\b")
DESTROYS = {"drop_table", "drop_column", "rename_table", "drop_constraint"}


def known_commands() -> set[str]:
    group = get_command(commands)
    return set(getattr(group, "commands"))  # noqa: B009  mypy knows no such attribute of a command


def test_the_units_start_commands_that_there_are() -> None:
    started = {name for unit in UNITS for name in COMMAND.findall(unit.read_text())}
    assert {"serve", "worker", "backup"} <= started
    assert started <= known_commands()


def test_what_is_set_is_a_setting() -> None:
    settings = {f"SAMBAND_{name.upper()}" for name in Settings.model_fields}
    files = [*DEPLOY.rglob("*.example"), *UNITS, tree.ROOT / "compose.yaml"]
    used = {name for path in files for name in VARIABLE.findall(path.read_text())}
    assert len(used) > 5
    assert used <= settings


@pytest.mark.parametrize("example", sorted(DEPLOY.rglob("*.env.example")), ids=lambda path: path.name)
def test_an_example_without_a_secret_does_not_start(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = dict(line.split("=", 1) for line in example.read_text().splitlines() if "=" in line and line[0] != "#")
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match="SAMBAND_SECRET"):
        Settings()
    monkeypatch.setenv("SAMBAND_SECRET", "k" * 48)
    assert Settings().host == "samband.example"


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        absent("systemd-analyze is not on this machine")
    for unit in UNITS:
        text = re.sub(r"/opt/samband/\.venv/bin/samband\b", "/bin/true", unit.read_text())
        (tmp_path / unit.name).write_text(text)
    files = [str(path) for path in sorted(tmp_path.iterdir())]
    verified = subprocess.run([analyze, "verify", "--man=no", *files], check=False, capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")


def test_the_containers_know_each_other() -> None:
    services = yaml.safe_load(tree.text("compose.yaml"))["services"]
    assert {"nginx", "web-1", "web-2", "worker", "postgres"} <= set(services)
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    fixed = {
        name: service["networks"]["inside"]["ipv4_address"]
        for name, service in services.items()
        if isinstance(service["networks"], dict)
    }
    upstream = ADDRESS.findall((DEPLOY / "container" / "samband-upstream.conf").read_text())
    assert upstream == [fixed["web-1"], fixed["web-2"]]
    trusted = (DEPLOY / "container" / "samband.env.example").read_text()
    assert f"SAMBAND_FORWARDED_ALLOW_IPS={fixed['nginx']}\n" in trusted
    for name in ("web-1", "web-2", "worker", "prepare"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]


def test_the_image_holds_what_the_portal_imports() -> None:
    """Folders that the portal is made of; tests and documents stay outside."""
    dockerfile = tree.text("deploy/container/Dockerfile")
    copied = {words[1] for words in map(str.split, dockerfile.splitlines()) if words[:1] == ["COPY"]}
    assert {"app", "migrations", "search", "seed_data", "requirements"} <= copied
    allowed = {line.removeprefix("!") for line in tree.text(".dockerignore").splitlines() if line.startswith("!")}
    assert copied | {"alembic.ini", "README.md"} == allowed


def destroyed(name: str) -> list[str]:
    """What the upgrade of a migration takes away from an older portal that still runs."""
    upgrade = next(
        node for node in tree.parsed(name).body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    )
    called = [node for node in ast.walk(upgrade) if isinstance(node, ast.Call)]
    gone = [tree.last_name(node.func) for node in called if tree.last_name(node.func) in DESTROYS]
    renamed = [node for node in called if any(word.arg == "new_column_name" for word in node.keywords)]
    return [*gone, *("rename" for _ in renamed), *(["required column"] if needs_a_value(called) else [])]


def needs_a_value(called: list[ast.Call]) -> bool:
    """An added column that an older portal, which does not know it, could not fill."""
    for node in called:
        if tree.last_name(node.func) == "add_column":
            column = next(
                argument for argument in ast.walk(node) if isinstance(argument, ast.Call) and argument != node
            )
            words = {word.arg: word.value for word in column.keywords}
            is_required = isinstance(words.get("nullable"), ast.Constant) and ast.unparse(words["nullable"]) == "False"
            if is_required and "server_default" not in words:
                return True
    return False


@pytest.mark.parametrize("name", tree.under(tree.GENERATED))
def test_f15_an_older_portal_goes_on_with_the_newer_tables(name: str) -> None:
    assert destroyed(name) == []
