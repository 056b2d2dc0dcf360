"""A portal that really listens, and Debian's Chromium to look at it."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from app.main import create_app
from tests.conftest import settings_for

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
START_SECONDS = 20


@pytest.fixture(scope="session")
def server(seeded: Path) -> Iterator[str]:
    """The address of a portal over the seed, served by uvicorn on a free port of this machine."""
    app = create_app(settings_for(seeded))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        running = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not running.started:
            assert time.monotonic() < deadline, "the portal did not start"
            time.sleep(0.05)
        yield f"http://localhost:{port}"
        running.should_exit = True
        thread.join(timeout=START_SECONDS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed before the next module: while it is open an event loop runs in this thread, and no other one can."""
    if CHROMIUM is None:
        if os.environ.get("SAMBAND_REQUIRE_ALL"):
            pytest.fail("Chromium is not installed, and SAMBAND_REQUIRE_ALL asks for it")
        pytest.skip("Chromium is not installed: no page was looked at in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()
