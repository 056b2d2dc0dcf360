"""`python -m tests.bench.pages`: how long a reader waits for the search page, over HTTP on the seeded portal.

Every query is asked for the first time; beside it in the same run the help page, which asks neither database nor index.
"""

import http.client
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import uvicorn

from app.db import make_engine, reading, transaction, upgrade
from app.i18n import LANGUAGES
from app.main import create_app
from app.settings import Settings
from app.vocabulary.service import load_vocabulary
from seed_data.load import load

PORT = 8767
QUERIES = 300
GENEROUS = 100_000


def main() -> int:
    settings = Settings(data_dir=Path(tempfile.mkdtemp()), search_limit_per_minute=GENEROUS)
    upgrade(settings)
    engine = make_engine(settings.sqlalchemy_url)
    with transaction(engine, actor="seed") as session:
        load(session)
    with reading(engine) as session:
        words = sorted({word.text for entry in load_vocabulary(session).concepts.values() for word in entry.words})
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=PORT, log_config=None, access_log=False))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.1)
    step = max(1, len(words) // QUERIES)
    asked = [
        f"/{LANGUAGES[number % len(LANGUAGES)]}/search?q={quote(word)}" for number, word in enumerate(words[::step])
    ]
    measure(["/fi/search?q=lapsi", "/fi/help"])
    search, still = measure(asked), measure(["/fi/help"] * len(asked))
    server.should_exit = True
    sys.stdout.write(f"search page, {len(asked)} different queries: {told(search)}\nhelp page: {told(still)}\n")
    sys.stdout.write(f"ratio of the medians: {statistics.median(search) / statistics.median(still):.1f}\n")
    return 0


def measure(paths: Iterable[str]) -> list[float]:
    """Milliseconds from asking to the last byte, one after the other."""
    connection = http.client.HTTPConnection("localhost", PORT)
    taken = []
    for path in paths:
        started = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == http.client.OK, path
        taken.append((time.perf_counter() - started) * 1000)
    connection.close()
    return taken


def told(taken: list[float]) -> str:
    parts = statistics.quantiles(taken, n=20)
    return f"p50 {statistics.median(taken):.0f} ms, p95 {parts[18]:.0f} ms"


if __name__ == "__main__":
    raise SystemExit(main())
