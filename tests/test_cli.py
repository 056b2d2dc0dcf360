"""`samband …`: what it prints, and the exit codes that scripts rely on."""

import shutil
import socket
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner, Result

from app import checks, cli, console
from app.settings import Settings, get_settings


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    chosen = Settings(data_dir=tmp_path / "data")
    monkeypatch.setattr(console, "get_settings", lambda: chosen)
    return chosen


def samband(*arguments: str) -> Result:
    return CliRunner().invoke(cli.commands, list(arguments))


def states(result: Result) -> dict[str, str]:
    """`check`'s answer: what was looked at → ok or FAIL."""
    return {line[6:16].strip(): line[:4].strip() for line in result.output.splitlines()}


@pytest.mark.usefixtures("settings")
def test_check_says_that_there_is_no_database() -> None:
    result = samband("check")
    assert result.exit_code == 1
    assert states(result) == {"settings": "ok", "database": "FAIL", "disk": "ok"}
    assert "samband migrate" in result.output


@pytest.mark.usefixtures("settings")
def test_check_says_that_the_index_is_empty() -> None:
    assert samband("migrate").exit_code == 0
    result = samband("check")
    assert result.exit_code == 1
    assert states(result) == {
        "settings": "ok",
        "database": "ok",
        "engine": "FAIL",
        "index lag": "ok",
        "quarantine": "ok",
        "links": "ok",
        "disk": "ok",
    }
    assert "samband reindex" in result.output


@pytest.mark.full
@pytest.mark.usefixtures("settings")
def test_a_prepared_portal_is_fit() -> None:
    for command in ("migrate", "seed", "reindex"):
        assert samband(command).exit_code == 0
    result = samband("check")
    assert result.exit_code == 0
    assert set(states(result).values()) == {"ok"}


def test_check_sees_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**12, 10**12 - 1000, 1000))
    assert not checks.disk(tmp_path / "not" / "there").is_ok


@pytest.mark.usefixtures("settings")
def test_reindex_before_migrate_says_what_to_do() -> None:
    result = samband("reindex")
    assert result.exit_code == 1
    assert "samband migrate" in result.output


@pytest.mark.usefixtures("settings")
def test_a_busy_port_is_said_before_anything_is_prepared() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = samband("serve", "--prepare", "--port", str(port))
    assert result.exit_code == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in result.output


@pytest.fixture
def public_without_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMBAND_BASE_URL", "https://samband.example")
    monkeypatch.delenv("SAMBAND_SECRET", raising=False)
    monkeypatch.setattr(console, "get_settings", get_settings.__wrapped__)


@pytest.mark.usefixtures("public_without_secret")
@pytest.mark.parametrize("command", ["migrate", "seed", "reindex", "serve", "check"])
def test_f45_no_command_starts_with_the_default_secret_outside_localhost(command: str) -> None:
    result = samband(command)
    assert result.exit_code in {1, 2}
    assert "SAMBAND_SECRET" in result.output


def test_f45_a_refused_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMBAND_BASE_URL", "https://samband.example")
    monkeypatch.setenv("SAMBAND_SECRET", "short-but-private")
    monkeypatch.setattr(console, "get_settings", get_settings.__wrapped__)
    for command in ("serve", "check"):
        assert "short-but-private" not in samband(command).output


def test_the_server_writes_no_access_log_and_trusts_no_proxy_by_default(settings: Settings) -> None:
    config = cli.uvicorn_config(settings)
    assert not config.access_log
    assert not config.server_header
    assert not config.proxy_headers


def test_only_named_proxies_are_trusted(tmp_path: Path) -> None:
    config = cli.uvicorn_config(Settings(data_dir=tmp_path, forwarded_allow_ips="10.0.0.7"))
    assert config.proxy_headers
    assert config.forwarded_allow_ips == "10.0.0.7"
