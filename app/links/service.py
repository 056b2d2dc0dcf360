"""The links of the records that visitors see, what their checks found, and whom to tell of the broken ones."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.db import transaction
from app.directory.models import Organisation
from app.directory.names import own_name
from app.figures.csv_cells import safe_cell
from app.library.models import Material, PublicationStatus
from app.library.service import editions_of, title_of
from app.links.asking import NotCheckable, by_host, parsed
from app.links.models import FAILURES, Answer, LinkCheck, LinkStatus, is_broken, note, website_url
from app.permissions import VISITOR, visible_where

ROWS_AT_ONCE = 500
KEPT_AT_ONCE = 20
BYTE_ORDER_MARK = "\ufeff"
WITH_LINKS = (PublicationStatus.PUBLISHED, PublicationStatus.ARCHIVED)
COLUMNS = ("owner", "owner_page", "record", "record_page", "link", "status", "detail", "failing_since", "checked_at")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose link it is: the publisher of a material, the body of a website. `path` is its page, where it has one."""

    name: str
    path: str | None


NOBODY = Owner("nobody named", None)


@dataclass(frozen=True, slots=True)
class Link:
    """`path`: the page of the record that shows it, without language."""

    url: str
    path: str
    title: str
    owner: Owner


@dataclass(frozen=True, slots=True)
class Finding:
    link: Link
    check: LinkCheck


def visible_links(session: Session) -> list[Link]:
    """Only of what every visitor may see: to ask for a link tells its host that somebody knows it."""
    bodies = {row.id: row for row in session.exec(select(Organisation).where(visible_where(Organisation, VISITOR)))}
    links = [
        Link(url, _page(row), own_name(row).value, _owner(row))
        for row in bodies.values()
        if (url := website_url(row.website_domain))
    ]
    seen = (visible_where(Material, VISITOR), col(Material.status).in_(WITH_LINKS))
    materials = list(session.exec(select(Material).where(*seen).order_by(Material.id)))
    for start in range(0, len(materials), ROWS_AT_ONCE):
        some = materials[start : start + ROWS_AT_ONCE]
        editions = editions_of(session, [row.id for row in some])
        for row in some:
            publisher = bodies.get(row.publisher_id or "")
            named = Owner(row.publisher, None) if row.publisher else NOBODY
            title = title_of(row, editions.get(row.id, [])).value
            for url in dict.fromkeys((row.url, row.related_url)):
                if url:
                    owner = _owner(publisher) if publisher else named
                    links.append(Link(url, f"materials/{row.id}", title, owner))
    return links


def _page(body: Organisation) -> str:
    return f"organisations/{body.id}"


def _owner(body: Organisation) -> Owner:
    return Owner(own_name(body).value, _page(body))


def of_records(links: Sequence[Link], wanted: Sequence[str]) -> tuple[list[Link], list[str]]:
    """The links of these records (identifiers, or addresses of their pages), and what is no record with a link."""
    found: list[Link] = []
    unknown: list[str] = []
    for name in wanted:
        tail = "/".join(name.rstrip("/").split("/")[-2:])
        here = [link for link in links if tail in (link.path, link.path.partition("/")[2])]
        found += here
        unknown += [] if here else [name]
    return found, unknown


def due(session: Session, links: Iterable[Link], older_than_days: int) -> list[str]:
    """Each address once; with a number of days only those that were not checked for so long."""
    since = datetime.now(UTC) - timedelta(days=older_than_days)
    fresh: set[str] = set()
    if older_than_days:
        fresh = set(session.exec(select(LinkCheck.url).where(col(LinkCheck.checked_at) > since)))
    return [url for url in dict.fromkeys(link.url for link in links) if url not in fresh]


class Keeper:
    """Keeps answers as they come, so that a run that is stopped has not asked in vain.

    Nothing is kept while every host is silent: then it is this machine that has no way out.
    """

    def __init__(self, database: Engine, urls: Sequence[str]) -> None:
        self._database = database
        self._has_proof = len(by_host(urls)) == 1
        self._waiting: list[tuple[str, Answer, datetime]] = []

    def take(self, url: str, answer: Answer) -> None:
        self._has_proof |= answer.status not in {LinkStatus.UNREACHABLE, LinkStatus.NOT_CHECKABLE}
        if _can_be_kept(url):
            self._waiting.append((url, answer, datetime.now(UTC)))
        if self._has_proof and len(self._waiting) >= KEPT_AT_ONCE:
            self._keep()

    def close(self) -> bool:
        """False where all were silent and nothing was kept."""
        is_silent = any(answer.status is LinkStatus.UNREACHABLE for _, answer, _ in self._waiting)
        if is_silent and not self._has_proof:
            return False
        self._keep()
        return True

    def _keep(self) -> None:
        with transaction(self._database, actor="check-links") as session:
            for url, answer, at in self._waiting:
                note(session, url, answer, at)
        self._waiting.clear()


def _can_be_kept(url: str) -> bool:
    try:
        parsed(url)
    except NotCheckable:
        return False
    return True


def forget_unlinked(session: Session) -> None:
    """What no visible record links to any more, so that the address of an erased record goes with it."""
    linked = {link.url for link in visible_links(session)}
    for row in session.exec(select(LinkCheck)):
        if row.url not in linked:
            session.delete(row)


def findings(session: Session) -> list[Finding]:
    """The broken links, by owner; last those that are nobody's."""
    failed = session.exec(select(LinkCheck).where(col(LinkCheck.status).in_(FAILURES)))
    broken = {row.url: row for row in failed if is_broken(row)}
    found = [Finding(link, broken[link.url]) for link in visible_links(session) if link.url in broken]
    return sorted(found, key=lambda one: (one.link.owner == NOBODY, one.link.owner.name, one.link.path, one.link.url))


def in_words(session: Session) -> str:
    """How the links are, in one line."""
    times = session.exec(select(LinkCheck.checked_at)).all()
    if not times:
        return "never checked: `samband check-links`"
    broken = len({one.check.url for one in findings(session)})
    told = f": `samband check-links --report` names {'it' if broken == 1 else 'them'}" if broken else ""
    return f"{broken} of {len(times)} checked are broken{told}; last check {max(times):%Y-%m-%d}"


def report_lines(found: Iterable[Finding], base_url: str) -> Iterator[str]:
    owner: Owner | None = None
    for one in found:
        if one.link.owner != owner:
            owner = one.link.owner
            yield f"{owner.name}  {_address(base_url, owner.path)}".rstrip()
        since, last = one.check.first_failed_at, one.check.checked_at
        yield f"  {one.link.url}"
        yield f"    {one.check.status}: {one.check.detail}; since {since:%Y-%m-%d}, last check {last:%Y-%m-%d}"
        yield f"    in {_address(base_url, one.link.path)}  {one.link.title}"


def report_csv(found: Iterable[Finding], base_url: str) -> str:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in found:
        link, check = one.link, one.check
        since = check.first_failed_at.isoformat() if check.first_failed_at else ""
        pages = _address(base_url, link.owner.path), _address(base_url, link.path)
        cells = (link.owner.name, pages[0], link.title, pages[1], link.url, check.status, check.detail, since)
        writer.writerow([safe_cell(text) for text in (*cells, check.checked_at.isoformat())])
    return BYTE_ORDER_MARK + target.getvalue()


def _address(base_url: str, path: str | None) -> str:
    return f"{base_url.rstrip('/')}/en/{path}" if path else ""
