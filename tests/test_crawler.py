"""Every link inside the portal leads somewhere: each page of the seed, in each language, is asked for."""

import re
from collections import deque
from urllib.parse import urljoin, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from starlette.testclient import TestClient

from app.i18n import LANGUAGES
from tests.page_client import html_problems

MIN_PAGES = 1000
"""317 organisations, 93 materials, 12 cases, 260 concepts, 35 functions × 8 territories: fewer means lost links."""
SEARCHES_FOLLOWED = 150


def internal_links(tree: HTMLParser, base: str) -> set[str]:
    found: set[str] = set()
    for node in tree.css("a[href], link[rel=stylesheet], script[src], img[src]"):
        target = node.attributes.get("href") or node.attributes.get("src") or ""
        parts = urlsplit(urljoin(f"https://localhost{base}", target))
        if parts.scheme == "https" and parts.netloc == "localhost":
            found.add(parts.path + (f"?{parts.query}" if parts.query else ""))
    return found


def crawl(client: TestClient, language: str, limit: int | None = None) -> tuple[set[str], list[str]]:
    """The addresses that answered and the ones that did not; other languages' pages are left to their own crawl."""
    start = f"/{language}/"
    waiting, seen, broken, searches = deque([start]), {start}, list[str](), 0
    while waiting and (limit is None or len(seen) - len(waiting) < limit):
        path = waiting.popleft()
        response = client.get(path)
        if response.status_code not in {200, 303}:
            broken.append(f"{response.status_code} {path}")
            continue
        if not response.headers.get("content-type", "").startswith("text/html"):
            continue
        tree = HTMLParser(response.text)
        broken += [f"{path}: {problem}" for problem in html_problems(tree, path)]
        for link in sorted(internal_links(tree, path)):
            other = re.match(r"^/(da|fi|is|nb|sv|en)/", link)
            if link in seen or (other and other.group(1) != language):
                continue
            if "?" in link:
                searches += 1
                if searches > SEARCHES_FOLLOWED:
                    continue
            seen.add(link)
            waiting.append(link)
    return seen, broken


@pytest.mark.full
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_internal_link_answers(client: TestClient, language: str) -> None:
    seen, broken = crawl(client, language)
    assert broken == []
    assert len(seen) > MIN_PAGES


def test_first_pages_have_no_broken_link(client: TestClient) -> None:
    _, broken = crawl(client, "fi", limit=60)
    assert broken == []
