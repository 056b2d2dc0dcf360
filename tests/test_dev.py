"""The two commands: what they take from the machine, and what they say when something fails."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

import dev


def listing(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], 0, stdout=text, stderr="")


def test_pip_configuration_is_read_with_pips_own_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    output = (
        ":env:.cert='/etc/own.pem'\nglobal.cert='/etc/other.pem'\n"
        "global.timeout='10'\ninstall.timeout='20'\nfreeze.timeout='30'\nglobal.trusted-host='a.example\\nb.example'\n"
    )
    monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_options: listing(output))
    assert dev.pip_configuration() == {
        "cert": "/etc/own.pem",
        "timeout": "20",
        "trusted-host": "a.example\nb.example",
    }


def test_uv_asks_the_index_that_pip_would_ask(tmp_path: Path) -> None:
    settings = {
        "index-url": "https://mirror.example/simple",
        "extra-index-url": "https://one.example/simple\nhttps://two.example/simple",
        "find-links": f"{tmp_path} {tmp_path / 'absent'} https://wheels.example/",
        "cert": "/etc/own.pem",
        "no-index": "false",
    }
    environment = dev.installer_environment({"PATH": "/bin"}, settings)
    assert environment["PATH"] == "/bin"
    assert environment["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert environment["UV_INDEX"] == "https://one.example/simple https://two.example/simple"
    assert environment["UV_FIND_LINKS"] == f"{tmp_path},https://wheels.example/"
    assert environment["SSL_CERT_FILE"] == "/etc/own.pem"
    assert "UV_NO_INDEX" not in environment


def test_what_is_set_for_uv_itself_wins() -> None:
    environment = dev.installer_environment(
        {"UV_DEFAULT_INDEX": "https://own.example/"}, {"index-url": "https://pip.example/"}
    )
    assert environment["UV_DEFAULT_INDEX"] == "https://own.example/"


def test_the_fingerprint_follows_the_pins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("uv", "app", "test"):
        (tmp_path / f"{name}.txt").write_text(f"{name}==1\n")
    monkeypatch.setattr(dev, "REQUIREMENTS", tmp_path)
    run, test = dev.fingerprint(dev.RUN_PINS), dev.fingerprint(dev.TEST_PINS)
    (tmp_path / "test.txt").write_text("test==2\n")
    assert dev.fingerprint(dev.RUN_PINS) == run
    assert dev.fingerprint(dev.TEST_PINS) != test


def test_a_python_without_ensurepip_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(dev.Failure, match="apt-get install python3-venv"):
        dev.require_ensurepip()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["test"], (False, [])),
        (["test", "--full"], (True, [])),
        (["test", "-k", "pins", "tests/test_dev.py"], (False, ["-k", "pins", "tests/test_dev.py"])),
        (["test", "tests/test_dev.py", "--full", "-x"], (True, ["tests/test_dev.py", "-x"])),
    ],
)
def test_pytest_arguments_are_passed_on(arguments: list[str], expected: tuple[bool, list[str]]) -> None:
    options, rest = dev.parse(arguments)
    assert (options.full, rest) == expected


def test_run_refuses_what_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        dev.parse(["run", "--prot", "8001"])
    assert stop.value.code == 2
    assert "--prot" in capsys.readouterr().err


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of step modules; each is what `python -m <name>` runs instead of a linter or pytest."""
    (tmp_path / "good.py").write_text("print('all well')\n")
    (tmp_path / "bad.py").write_text("import sys\nprint('line 7 is wrong')\nsys.exit(3)\n")
    monkeypatch.setattr(dev, "PYTHON", Path(sys.executable))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def lane(monkeypatch: pytest.MonkeyPatch, steps: Path, linters: dict[str, str], pytest_exit: int) -> int:
    (steps / "pytest.py").write_text(f"import sys\nprint('dots')\nprint('1 passed')\nsys.exit({pytest_exit})\n")
    monkeypatch.setattr(dev, "LINTERS", tuple(dev.Step(name, (module,)) for name, module in linters.items()))
    return dev.test(full=False, pytest_arguments=[])


def test_when_all_is_well_the_last_line_is_pytests(
    monkeypatch: pytest.MonkeyPatch, steps: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert lane(monkeypatch, steps, {"ruff": "good"}, 0) == 0
    assert capfdbinary.readouterr().out == b"dots\n1 passed\n"


def test_a_failing_linter_fails_the_run_and_is_named_at_the_end(
    monkeypatch: pytest.MonkeyPatch, steps: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert lane(monkeypatch, steps, {"ruff": "good", "mypy": "bad"}, 0) == 1
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert "line 7 is wrong" in lines
    assert lines[-2:] == ["Failed: mypy", "1 passed"]


def test_both_failing_are_both_named(
    monkeypatch: pytest.MonkeyPatch, steps: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert lane(monkeypatch, steps, {"mypy": "bad"}, 1) == 1
    assert "Failed: mypy, pytest" in capfdbinary.readouterr().out.decode().splitlines()


@pytest.mark.parametrize("code", [1, 2, 5])
def test_pytests_exit_code_is_the_runs(monkeypatch: pytest.MonkeyPatch, steps: Path, code: int) -> None:
    assert lane(monkeypatch, steps, {}, code) == code
