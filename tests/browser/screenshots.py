"""`python -m tests.browser.screenshots` takes docs/screenshots anew: six pages, two languages, three ways."""

import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from app.db import make_engine, transaction, upgrade
from app.main import create_app
from app.settings import Settings
from seed_data.load import load
from tests.browser.conftest import ARGUMENTS, CHROMIUM

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
QUESTIONS = {"fi": "pakkoty%C3%B6+ravintola", "is": "nau%C3%B0ungarvinna"}
PAGES = {
    "home": "",
    "search": "search?q={question}",
    "organisation": "organisations/fi-nas",
    "material": "materials/fi-heuni-95b",
    "country": "countries/is",
    "function": "functions/labour-inspection/no?from=FI",
}
WAYS = {"desktop": (1280, 1500, "light"), "phone": (390, 1400, "light"), "dark": (1280, 1500, "dark")}
PORT = 8765


def main() -> int:
    if CHROMIUM is None:
        sys.stderr.write("Chromium is not installed.\n")
        return 1
    data = Path(tempfile.mkdtemp())
    settings = Settings(data_dir=data)
    upgrade(settings)
    with transaction(make_engine(settings.sqlalchemy_url), actor="seed") as session:
        load(session)
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=PORT, log_config=None, access_log=False))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for language, question in QUESTIONS.items():
            for name, path in PAGES.items():
                take(browser, f"{language}/{path.format(question=question)}", f"{name}-{language}")
        browser.close()
    server.should_exit = True
    shutil.rmtree(data, ignore_errors=True)
    return 0


def take(browser: Browser, path: str, name: str) -> None:
    for way, (width, height, scheme) in WAYS.items():
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
        )
        page = context.new_page()
        page.goto(f"http://localhost:{PORT}/{path}")
        page.screenshot(path=FOLDER / f"{name}-{way}.png")
        context.close()


if __name__ == "__main__":
    raise SystemExit(main())
