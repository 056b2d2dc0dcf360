"""A reader of pages that refuses sloppy HTML: every answer is checked before a test sees it."""

from collections import Counter

from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node
from starlette.testclient import TestClient


class PageClient:
    """`get` returns the parsed page after checking status, language, title, one h1, labels and unique ids."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str, status: int = 200) -> HTMLParser:
        response = self.client.get(path)
        assert response.status_code == status, f"{path}: {response.status_code}"
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        tree = HTMLParser(response.text)
        problems = list(html_problems(tree, path))
        assert not problems, f"{path}: {problems}"
        return tree

    def text(self, path: str, status: int = 200) -> str:
        """The words of the page's main part, white space folded."""
        main = self.get(path, status).css_first("main")
        assert main is not None
        return " ".join(main.text(separator=" ").split())


def first(tree: HTMLParser | Node, selector: str) -> Node:
    """The first element that fits; a page without one fails the test."""
    node = tree.css_first(selector)
    assert node is not None, f"nothing fits {selector}"
    return node


def html_problems(tree: HTMLParser, path: str) -> list[str]:
    problems: list[str] = []
    html = tree.css_first("html")
    language = html.attributes.get("lang") if html else None
    expected = path.split("/")[1] if path.count("/") else None
    if expected and len(expected) == 2 and language != expected:
        problems.append(f"html lang is {language}")
    if len(tree.css("h1")) != 1:
        problems.append(f"{len(tree.css('h1'))} h1")
    title = tree.css_first("title")
    if title is None or not title.text().strip():
        problems.append("no title")
    ids = Counter(node.attributes.get("id") for node in tree.css("[id]"))
    problems += [f"id {name} {count} times" for name, count in ids.items() if count > 1]
    problems += [f"no label for {start_of(node)}" for node in _fields(tree) if not _is_labelled(tree, node, ids)]
    problems += [f"inline style: {start_of(node)}" for node in tree.css("[style], style")]
    problems += [
        "inline script" for node in tree.css("script") if not node.attributes.get("src") and not _is_data(node)
    ]
    problems += [f"img without alt: {start_of(node)}" for node in tree.css("img") if "alt" not in node.attributes]
    return problems


def _fields(tree: HTMLParser) -> list[Node]:
    return [
        node for node in tree.css("input, select, textarea") if node.attributes.get("type") not in {"hidden", "submit"}
    ]


def _is_labelled(tree: HTMLParser, node: Node, ids: Counter[str | None]) -> bool:
    if node.attributes.get("aria-label") or node.attributes.get("aria-labelledby") in ids:
        return True
    identifier = node.attributes.get("id")
    if identifier and tree.css_first(f'label[for="{identifier}"]') is not None:
        return True
    parent = node.parent
    while parent is not None:
        if parent.tag == "label":
            return True
        parent = parent.parent
    return False


def _is_data(node: Node) -> bool:
    return node.attributes.get("type") == "application/ld+json"


def start_of(node: Node) -> str:
    return (node.html or "")[:80]
