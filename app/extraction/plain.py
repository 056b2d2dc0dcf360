"""Reader of HTML, Markdown and plain text."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from app.extraction.child import run
from app.extraction.gate import MAX_CHARACTERS, text_of
from app.extraction.result import Block, BlockKind, Extract, Properties, Refused, Sheet

TAGS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), BlockKind.HEADING),
    **dict.fromkeys(("p", "blockquote", "pre", "dd", "dt", "figcaption"), BlockKind.TEXT),
    "li": BlockKind.ITEM,
    "tr": BlockKind.TABLE,
}
UNREAD = ("script", "style", "nav", "template", "noscript", "svg", "iframe", "object", "head")
_BULLET = re.compile(r"^\s*(?:[-*+•–]|\d{1,2}[.)])\s+")
_MARKS = re.compile(r"(?<!\w)[*_`]{1,3}|[*_`]{1,3}(?!\w)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def read(kind: str, data: bytes) -> Extract:
    text = text_of(data, kind)
    if len(text) > MAX_CHARACTERS:
        raise Refused(f"holds more than {MAX_CHARACTERS} characters")
    if kind == "html":
        return _html(text)
    blocks = tuple(_paragraphs(text, is_markdown=kind == "md"))
    return Extract((Sheet(None, blocks),))


def _html(text: str) -> Extract:
    tree = LexborHTMLParser(text)
    head = tree.css_first("title")
    root = tree.css_first("html")
    title = " ".join(head.text().split()) if head else ""
    language = (root.attributes.get("lang") or "") if root else ""
    tree.strip_tags(list(UNREAD), recursive=False)
    body = tree.body
    blocks = tuple(_html_blocks(body)) if body else ()
    return Extract((Sheet(None, blocks),), Properties(title, language))


def _html_blocks(body: LexborNode) -> list[Block]:
    """Innermost blocks in order; what stands in none of them is read as one paragraph when there is nothing else."""
    found = []
    for node in body.css(", ".join(TAGS)):
        if node.tag not in ("tr", "li") and _is_within(node, ("tr", "li")):
            continue
        inner = node.css("td, th") if node.tag == "tr" else []
        words = " | ".join(_words(cell) for cell in inner) if inner else _words(node)
        if words.strip(" |"):
            found.append(Block(TAGS[node.tag or "p"], words))
    words = _words(body)
    return found or ([Block(BlockKind.TEXT, words)] if words else [])


def _is_within(node: LexborNode, tags: tuple[str, ...]) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag in tags:
            return True
        parent = parent.parent
    return False


def _words(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())


def _paragraphs(text: str, is_markdown: bool) -> list[Block]:
    found = []
    for paragraph in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\f", "\n\n")):
        lines = [line.strip() for line in paragraph.split("\n") if line.strip()]
        while lines:
            if _BULLET.match(lines[0]) or (is_markdown and lines[0].startswith(("#", "|"))):
                taken = 1
            else:
                taken = next((n for n, line in enumerate(lines) if n and _BULLET.match(line)), len(lines))
            block = _block(lines[:taken], is_markdown)
            lines = lines[taken:]
            if block.text:
                found.append(block)
    return found


def _block(lines: list[str], is_markdown: bool) -> Block:
    joined = " ".join(lines)
    if is_markdown:
        joined = _MARKS.sub("", _LINK.sub(r"\1", joined))
        if joined.startswith("#"):
            return Block(BlockKind.HEADING, joined.strip("# "))
        if joined.startswith("|"):
            cells = [cell.strip() for cell in joined.strip("|").split("|")]
            return Block(BlockKind.TABLE, "" if not "".join(cells).strip("-: ") else " | ".join(cells))
    if _BULLET.match(joined):
        return Block(BlockKind.ITEM, _BULLET.sub("", joined))
    return Block(BlockKind.TEXT, joined)


if __name__ == "__main__":
    run(read)
