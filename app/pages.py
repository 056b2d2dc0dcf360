"""How a page is made: the visit (who asks, in which language), the Jinja environment, pagination."""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Protocol
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Request
from fastapi import Path as PathParameter
from fastapi.params import Depends as DependsMarker
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from app.errors import NotFound, NotPermitted
from app.i18n import (
    LANGUAGES,
    OWN_NAMES,
    current_language,
    format_and,
    format_day,
    format_number,
    gettext,
    ngettext,
    pgettext,
    speaking,
)
from app.permissions import VISITOR, Access, Reader, may, principals
from app.settings import Settings
from app.state import Portal
from app.vocabulary.models import Scheme
from app.vocabulary.service import Text, Vocabulary

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
PER_PAGE = 25
SLUG_PATTERN = "^[a-z0-9][a-z0-9-]{0,79}$"
Slug = Annotated[str, PathParameter(pattern=SLUG_PATTERN)]
"""An identifier in a URL: never a number from a sequence, never a path."""


class PageData(Protocol):
    """What a template renders: a dataclass with at least a title."""

    @property
    def title(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Alternate:
    language: str
    name: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page: the language it is read in, who reads, and what is needed to answer."""

    request: Request
    language: str
    reader: Reader
    portal: Portal

    @property
    def vocabulary(self) -> Vocabulary:
        return self.portal.vocabulary

    @property
    def settings(self) -> Settings:
        return self.portal.settings

    @property
    def principals(self) -> frozenset[str]:
        return principals(self.reader)

    def url(self, path: str, **query: str | int | list[str] | None) -> str:
        """The address of a page of the portal in this visit's language; query values None and "" are left out."""
        pairs = [
            (key, value)
            for key, values in query.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        kept = [(key.rstrip("_"), str(value)) for key, value in pairs if value not in (None, "")]
        address = f"/{self.language}/{path.lstrip('/')}"
        return f"{address}?{urlencode(kept)}" if kept else address

    def absolute(self, path: str) -> str:
        return f"{self.settings.base_url.rstrip('/')}{path}"

    def label(self, scheme: str, code: str | None) -> str:
        return self.vocabulary.label(Scheme(scheme), code, self.language) if code else ""

    def labels(self, scheme: str, codes: Iterable[str]) -> list[str]:
        return [self.label(scheme, code) for code in codes]

    def definition(self, scheme: str, code: str) -> Text:
        return self.vocabulary.term(Scheme(scheme), code).definition(self.language)

    def concept(self, concept_id: str) -> Text:
        return self.vocabulary.concepts[concept_id].label(self.language)

    def alternates(self) -> list[Alternate]:
        """The same page in every language of the interface."""
        tail = self.request.url.path.split("/", 2)[2] if self.request.url.path.count("/") > 1 else ""
        query = f"?{self.request.url.query}" if self.request.url.query else ""
        return [Alternate(code, OWN_NAMES[code], f"/{code}/{tail}{query}", code == self.language) for code in LANGUAGES]

    def render(self, template: str, page: PageData, status: int = 200) -> HTMLResponse:
        return HTMLResponse(render(template, self, page), status_code=int(status))


def get_visit(request: Request, lang: str) -> Visit:
    if lang not in LANGUAGES:
        raise NotFound
    request.state.language = lang
    return Visit(request, lang, VISITOR, request.app.state.portal)


VisitDep = Annotated[Visit, Depends(get_visit)]


def requires(access: Access) -> DependsMarker:
    """The guard that every route carries; a route without one stops the start."""

    def guard() -> None:
        if not may(VISITOR, access):
            raise NotPermitted

    guard.__dict__["access"] = access
    return DependsMarker(guard)


PUBLIC = requires(Access.PUBLIC)


@dataclass(frozen=True, slots=True)
class Pagination:
    page: int
    per_page: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, math.ceil(self.total / self.per_page))

    @property
    def first(self) -> int:
        return min(self.total, (self.page - 1) * self.per_page + 1)

    @property
    def last(self) -> int:
        return min(self.total, self.page * self.per_page)

    @property
    def has_previous(self) -> bool:
        return self.page > 1

    @property
    def has_next(self) -> bool:
        return self.page < self.pages


@lru_cache(maxsize=1)
def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext)  # type: ignore[attr-defined]
    env.filters["day"] = lambda value: format_day(value, current_language())
    env.filters["number"] = lambda value: format_number(value, current_language())
    env.filters["listed"] = lambda items: format_and(list(items), current_language())
    env.filters["lang_attr"] = lang_attr
    env.filters["host"] = lambda url: (urlsplit(url).hostname or url).removeprefix("www.")
    env.filters["jsonld"] = jsonld
    env.tests["web"] = is_web
    env.globals["asset"] = asset
    env.globals["static_version"] = static_version
    return env


def render(template: str, visit: Visit, page: PageData) -> str:
    with speaking(visit.language):
        return environment().get_template(template).render(visit=visit, page=page)


def lang_attr(language: str) -> Markup:
    """` lang="…"` where a text is not in the language of the page, else nothing."""
    return Markup("") if language == current_language() else Markup(' lang="{}"').format(escape(language))


def jsonld(text: str) -> Markup:
    """JSON inside a `<script type="application/ld+json">`: nothing in it can end the element or open another one."""
    return Markup(text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e"))  # noqa: S704  escaped above


def is_web(url: str | None) -> bool:
    """Whether a text of the data may be the target of a link: no script and no data hides in it."""
    parts = urlsplit(url or "")
    return parts.scheme in {"https", "http"} and bool(parts.netloc)


def asset(name: str) -> str:
    """The address of a static file with the hash of its bytes: it may be cached for ever."""
    return f"/static/{static_version()}/{name}"


@lru_cache(maxsize=1)
def static_version() -> str:
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
