"""How a material is cited: as words, BibTeX and RIS. Nothing is cited that the record does not know."""

import re
from dataclasses import dataclass

REPORTS = frozenset({
    "annual-report", "evaluation", "inquiry", "meeting-report", "rapporteur-report", "report", "research-report",
    "seminar-report", "situation-report", "survey", "thematic-report",
})  # fmt: skip
MANUALS = frozenset({"manual", "guidelines", "checklist"})
RIS_TYPES = {
    "article": "MGZN", "blog": "BLOG", "case-law-overview": "LEGAL", "court-ruling": "CASE", "dataset": "DATA",
    "interview": "MGZN", "international-instrument": "LEGAL", "legislation": "STAT", "news": "NEWS",
    "presentation": "SLIDE", "research-article": "JOUR", "web-information": "ELEC",
}  # fmt: skip
BIBTEX_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Citation:
    """`whole` is the title of the publication that the work is a part of."""

    key: str
    type: str
    title: str
    language: str
    author: str | None
    year: int | None
    whole: str | None
    identifiers: tuple[str, ...]
    url: str | None
    licence: str | None

    @property
    def isbn(self) -> str | None:
        return next((name.removeprefix("ISBN ") for name in self.identifiers if name.startswith("ISBN ")), None)


def bibtex(cited: Citation) -> str:
    kind, author_field, whole_field = _bibtex_kind(cited)
    fields = [
        ("title", f"{{{_tex(cited.title)}}}"),
        ("author", f"{{{_tex(cited.author)}}}" if cited.author else None),
        (author_field, f"{{{_tex(cited.author)}}}" if cited.author else None),
        (whole_field, f"{{{_tex(cited.whole)}}}" if cited.whole else None),
        ("year", str(cited.year) if cited.year else None),
        ("language", cited.language),
        ("isbn", _tex(cited.isbn) if cited.isbn else None),
        ("url", _bare_url(cited.url) if cited.url else None),
        ("note", f"Licence: {_tex(cited.licence)}" if cited.licence else None),
    ]
    lines = [f"  {name} = {{{value}}}," for name, value in fields if name and value]
    return "\n".join([f"@{kind}{{{cited.key},", *lines, "}", ""])


def _bibtex_kind(cited: Citation) -> tuple[str, str, str]:
    """Entry type, the field that names the publisher, and the one that names the whole."""
    if cited.whole:
        return "incollection", "publisher", "booktitle"
    if cited.type in REPORTS:
        return "techreport", "institution", ""
    if cited.type in MANUALS:
        return "manual", "organization", ""
    return "misc", "publisher", ""


def _tex(text: str) -> str:
    return "".join(BIBTEX_ESCAPES.get(letter, letter) for letter in one_line(text))


def _bare_url(url: str) -> str:
    """An address is taken literally; only what would end its field or line is percent-encoded."""
    escapes = {"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20"}
    return "".join(escapes.get(letter, letter) for letter in one_line(url))


def ris(cited: Citation) -> str:
    fields = [
        ("TY", _ris_type(cited)),
        ("ID", cited.key),
        ("TI", cited.title),
        ("T2", cited.whole),
        ("AU", cited.author),
        ("PB", cited.author),
        ("PY", str(cited.year) if cited.year else None),
        ("LA", cited.language),
        ("SN", cited.isbn),
        ("UR", cited.url),
        ("N1", f"Licence: {cited.licence}" if cited.licence else None),
    ]
    lines = [f"{tag}  - {one_line(value)}" for tag, value in fields if value]
    return "\r\n".join([*lines, "ER  - ", ""])


def _ris_type(cited: Citation) -> str:
    if cited.whole:
        return "CHAP"
    return "RPRT" if cited.type in REPORTS | MANUALS else RIS_TYPES.get(cited.type, "GEN")


def one_line(text: str) -> str:
    """White space and control characters folded: a value cannot begin a field of its own."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", text).split())
