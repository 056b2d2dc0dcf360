"""F-35: what a reader typed is in no log line, whatever goes wrong with it."""

import json
import logging

import pytest

from app.main import configure_logging
from app.settings import Settings

CANARY = "canary-7f3a"


def fail(value: str) -> None:
    raise ValueError(f"cannot do this with {value}")


def test_f35_an_exception_is_logged_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logging(Settings())
        try:
            fail(CANARY)
        except ValueError:
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    finally:
        root.handlers[:], root.level = handlers, level
    written = capsys.readouterr().err
    assert CANARY not in written
    (line,) = written.splitlines()
    assert "ValueError" in json.loads(line)["exc_info"]
    assert "fail:" in json.loads(line)["exc_info"]
