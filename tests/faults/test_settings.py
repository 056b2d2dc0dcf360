"""F-45: a portal with a missing, default or unsafe setting does not start and says which one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import cli
from app.db import ROOT
from app.settings import get_settings

pytestmark = pytest.mark.fault
PUBLIC = {"SAMBAND_BASE_URL": "https://samband.example", "SAMBAND_SECRET": "s" * 40}
REFUSED = [
    ("SAMBAND_SECRET", {"SAMBAND_BASE_URL": "https://samband.example"}),
    ("SAMBAND_SECRET", {**PUBLIC, "SAMBAND_SECRET": ""}),
    ("SAMBAND_SECRET", {**PUBLIC, "SAMBAND_SECRET": "only-for-localhost"}),
    ("SAMBAND_SECRET", {**PUBLIC, "SAMBAND_SECRET": "s" * 31}),
    ("SAMBAND_BASE_URL", {**PUBLIC, "SAMBAND_BASE_URL": "http://samband.example"}),
    ("SAMBAND_BASE_URL", {"SAMBAND_BASE_URL": "samband"}),
    ("SAMBAND_DEBUG", {**PUBLIC, "SAMBAND_DEBUG": "1"}),
    ("SAMBAND_DEBUG", {"SAMBAND_DEBUG": "perhaps"}),
    ("SAMBAND_SEARCH", {"SAMBAND_SEARCH": "crystal-ball"}),
    ("SAMBAND_SEARCH_LIMIT_PER_MINUTE", {"SAMBAND_SEARCH_LIMIT_PER_MINUTE": "0"}),
    ("SAMBAND_SUGGEST_LIMIT_PER_MINUTE", {"SAMBAND_SUGGEST_LIMIT_PER_MINUTE": "-5"}),
    ("SAMBAND_API_LIMIT_PER_MINUTE", {"SAMBAND_API_LIMIT_PER_MINUTE": "many"}),
    ("SAMBAND_LOG_LEVEL", {"SAMBAND_LOG_LEVEL": "LOUD"}),
]


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Nothing of this machine's own settings."""
    for name in [name for name in os.environ if name.startswith("SAMBAND_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SAMBAND_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    yield monkeypatch
    get_settings.cache_clear()


@pytest.mark.parametrize(("name", "chosen"), REFUSED)
def test_f45_an_unsafe_setting_stops_the_start_and_is_named(
    environment: pytest.MonkeyPatch, name: str, chosen: dict[str, str]
) -> None:
    for variable, value in chosen.items():
        environment.setenv(variable, value)
    result = CliRunner().invoke(cli.commands, ["serve", "--port", "0"])
    assert result.exit_code == 2
    assert name in result.output
    secret = chosen.get("SAMBAND_SECRET")
    assert not secret or secret not in result.output


@pytest.mark.usefixtures("environment")
def test_f45_a_portal_without_a_database_does_not_start(tmp_path: Path) -> None:
    """A process of its own: also what the server says on its way out holds no traceback."""
    command = [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", "0"]
    started = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert started.returncode != 0
    assert "samband migrate" in started.stdout + started.stderr
    assert "Traceback" not in started.stdout + started.stderr


@pytest.mark.usefixtures("environment")
def test_f45_the_settings_of_a_public_portal_are_accepted(environment: pytest.MonkeyPatch) -> None:
    for variable, value in PUBLIC.items():
        environment.setenv(variable, value)
    assert get_settings().trusted_hosts == ("samband.example",)
