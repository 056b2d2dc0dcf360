"""Which links are asked, what is kept of the answers, when one is broken, and who is told."""

import csv
import io
import shutil
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from app import cli, cli_links, console
from app.db import make_engine, reading, transaction, upgrade
from app.directory.models import Organisation
from app.erasure import erase, replay, tombstone
from app.library.models import Edition, Material, PublicationStatus
from app.links.asking import is_public, resolve_by_system
from app.links.models import Answer, LinkCheck, LinkStatus, broken_among, is_broken, note
from app.links.service import Keeper, due, findings, in_words, visible_links
from app.outbox import Audit, Outbox
from app.permissions import Visibility
from app.settings import Settings
from tests.links.peer import Peer, way_to

NOW = datetime(2026, 3, 30, 4, tzinfo=UTC)
OK, GONE, UNREACHABLE = Answer(LinkStatus.OK), Answer(LinkStatus.GONE, "404"), Answer(LinkStatus.UNREACHABLE, "500")
REFUSED = Answer(LinkStatus.REFUSED, "403")
A, B = "https://a.example/", "https://b.example/"


@pytest.fixture(scope="session")
def empty_portal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a database without rows; tests take copies."""
    folder = tmp_path_factory.mktemp("links") / "data"
    upgrade(Settings(data_dir=folder))
    return folder


@pytest.fixture
def settings(empty_portal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    chosen = Settings(data_dir=tmp_path / "data")
    shutil.copytree(empty_portal, chosen.data_dir)
    monkeypatch.setattr(console, "get_settings", lambda: chosen)
    return chosen


@pytest.fixture
def database(settings: Settings) -> Iterator[Engine]:
    engine = make_engine(settings.sqlalchemy_url)
    yield engine
    engine.dispose()


def body(key: str, name: str, website: str | None = None) -> Organisation:
    return Organisation(id=key, country="NO", names={"nb": name}, type="ngo", website_domain=website)


def material(
    key: str,
    url: str | None = None,
    publisher: str | None = None,
    publisher_id: str | None = None,
    status: PublicationStatus = PublicationStatus.PUBLISHED,
    visibility: Visibility = Visibility.CLEAR,
) -> Material:
    return Material(
        id=key,
        type="guideline",
        language="nb",
        url=url,
        publisher=publisher,
        publisher_id=publisher_id,
        status=status,
        visibility=visibility,
    )


def stock(database: Engine, *rows: Organisation | Material | Edition) -> None:
    with transaction(database) as session:
        for row in rows:
            session.add(row)
            session.flush()


def happened(session: Session, url: str, *answers: tuple[float, Answer]) -> LinkCheck:
    """The row of a link after these answers, each so many days after the first."""
    for days, answer in answers:
        note(session, url, answer, NOW + timedelta(days=days))
    return session.get_one(LinkCheck, url)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([(0, OK)], False),
        ([(0, GONE)], False),
        ([(0, UNREACHABLE)], False),
        ([(0, GONE), (7, GONE)], True),
        ([(0, UNREACHABLE), (6.8, UNREACHABLE)], False),
        ([(0, UNREACHABLE), (6.99, UNREACHABLE)], True),
        ([(0, UNREACHABLE), (3, UNREACHABLE), (7, UNREACHABLE)], True),
        ([(0, UNREACHABLE), (7, GONE)], False),
        ([(0, UNREACHABLE), (7, GONE), (14, GONE)], True),
        ([(0, GONE), (7, OK), (14, GONE)], False),
        ([(0, UNREACHABLE), (7, REFUSED), (14, UNREACHABLE)], False),
        ([(0, GONE), (7, GONE), (14, OK)], False),
        ([(0, REFUSED), (30, REFUSED)], False),
    ],
)
def test_one_failure_is_not_broken(database: Engine, answers: list[tuple[float, Answer]], expected: bool) -> None:
    with transaction(database) as session:
        assert is_broken(happened(session, A, *answers)) is expected
        assert (A in broken_among(session, [A, None])) is expected


def test_links_of_what_visitors_see(database: Engine) -> None:
    with_two_links = material("published", A, publisher="Utgiveren", publisher_id="no-publisher")
    with_two_links.related_url = B
    stock(
        database,
        body("no-publisher", "Utgiveren", "publisher.example"),
        body("no-quiet", "Uten nettsted"),
        with_two_links,
        Edition(material_id="published", language="nb", title="Veileder", abstract=""),
        material("archived", A, publisher="Et annet sted", status=PublicationStatus.ARCHIVED),
        material("nobodys", B),
        material("draft", "https://c.example/", status=PublicationStatus.DRAFT),
        material("withdrawn", "https://c.example/", status=PublicationStatus.WITHDRAWN),
        material("green", "https://c.example/", visibility=Visibility.GREEN),
        material("without"),
    )
    with reading(database) as session:
        links = visible_links(session)
        assert [(link.path, link.url, link.title, link.owner.name) for link in links] == [
            ("organisations/no-publisher", "https://publisher.example/", "Utgiveren", "Utgiveren"),
            ("materials/archived", A, "archived", "Et annet sted"),
            ("materials/nobodys", B, "nobodys", "nobody named"),
            ("materials/published", A, "Veileder", "Utgiveren"),
            ("materials/published", B, "Veileder", "Utgiveren"),
        ]
        assert due(session, links, 0) == ["https://publisher.example/", A, B]


def test_nothing_is_kept_while_everybody_is_silent(database: Engine) -> None:
    keeper = Keeper(database, [A, B])
    for url in (A, B):
        keeper.take(url, UNREACHABLE)
    assert not keeper.close()
    with reading(database) as session:
        assert session.exec(select(LinkCheck)).all() == []


def test_one_answer_proves_that_there_is_a_way_out(database: Engine) -> None:
    keeper = Keeper(database, [A, B])
    keeper.take(A, UNREACHABLE)
    keeper.take(B, REFUSED)
    assert keeper.close()
    with reading(database) as session:
        assert {row.url for row in session.exec(select(LinkCheck))} == {A, B}
        # Nobody did it, and no record changed.
        assert session.exec(select(Audit)).all() == []
        assert session.exec(select(Outbox)).all() == []


def test_a_link_that_is_too_long_for_a_key_is_not_kept(database: Engine) -> None:
    keeper = Keeper(database, [A])
    keeper.take(A + "x" * 2000, Answer(LinkStatus.NOT_CHECKABLE))
    keeper.take(A, OK)
    assert keeper.close()
    with reading(database) as session:
        assert session.exec(select(LinkCheck.url)).all() == [A]


@pytest.mark.parametrize("comes_back", [False, True])
def test_the_address_of_an_erased_record_goes_with_it(database: Engine, comes_back: bool) -> None:
    stock(database, material("erased", A), material("other", B))
    with transaction(database) as session:
        happened(session, A, (0, OK))
        happened(session, B, (0, OK))
    with transaction(database) as session:
        if comes_back:
            assert replay(session, [(tombstone("material", "erased"), NOW)]) == 1
        else:
            assert erase(session, "material", "erased")
    with reading(database) as session:
        assert session.exec(select(LinkCheck.url)).all() == [B]


# -- the command -----------------------------------------------------------------------------------------------------


def check_links(*arguments: str) -> Result:
    return CliRunner().invoke(cli.commands, ["check-links", *arguments])


@pytest.fixture
def to_peer(peer: Peer, monkeypatch: pytest.MonkeyPatch, database: Engine) -> Peer:
    """Three materials with links to the peer: one is well, one of them is gone twice over."""
    monkeypatch.setattr(cli_links, "way", lambda _settings: way_to(peer))
    stock(
        database,
        body("no-publisher", "=Utgiveren"),
        material("well", peer.url("/ok")),
        material("lost", peer.url("/gone"), publisher_id="no-publisher"),
        material("lost-too", peer.url("/gone")),
    )
    return peer


def test_a_run_asks_keeps_and_tells(to_peer: Peer, database: Engine, tmp_path: Path) -> None:
    first = check_links()
    assert (first.exit_code, "Links asked: 2 (1 ok, 1 gone)." in first.output) == (0, True)
    assert f"gone          {to_peer.url('/gone')}  410" in first.output
    assert check_links("--report").output == "Broken: 0.\n"

    second = check_links("--csv", str(tmp_path / "broken.csv"))
    assert (second.exit_code, "Broken: 2" in second.output) == (3, True)
    with reading(database) as session:
        assert in_words(session).startswith("1 of 2 checked are broken: `samband check-links --report` names it")
    report = check_links("--report")
    assert report.exit_code == 3
    owners = [line for line in report.output.splitlines() if not line.startswith("  ")]
    assert owners == [
        "=Utgiveren  http://localhost:8000/en/organisations/no-publisher",
        "nobody named",
        "Broken: 2.",
    ]
    assert "    in http://localhost:8000/en/materials/lost  lost" in report.output

    rows = list(csv.DictReader(io.StringIO((tmp_path / "broken.csv").read_text("utf-8-sig"))))
    assert [(row["owner"], row["record"], row["link"], row["status"]) for row in rows] == [
        ("'=Utgiveren", "lost", to_peer.url("/gone"), "gone"),
        ("nobody named", "lost-too", to_peer.url("/gone"), "gone"),
    ]


@pytest.mark.parametrize("name", ["well", "materials/well", "https://samband.example/fi/materials/well/"])
def test_only_what_is_named_is_asked(to_peer: Peer, name: str) -> None:
    assert check_links(name).exit_code == 0
    assert to_peer.asked == ["HEAD /ok"]


def test_a_name_that_is_no_record(to_peer: Peer) -> None:
    result = check_links("well", "organisations/well")
    assert result.exit_code == 2
    assert "organisations/well" in result.output
    assert to_peer.asked == []


def test_a_rehearsal_asks_nobody(to_peer: Peer, database: Engine) -> None:
    result = check_links("--dry-run")
    assert f"{to_peer.url('/ok')}  in materials/well" in result.output
    assert "Links that would be asked: 2." in result.output
    assert to_peer.asked == []
    with reading(database) as session:
        assert in_words(session).startswith("never checked")


def test_what_was_asked_lately_is_left_alone(to_peer: Peer, database: Engine) -> None:
    with transaction(database) as session:
        note(session, to_peer.url("/ok"), OK, datetime.now(UTC) - timedelta(days=2))
        note(session, to_peer.url("/gone"), OK, datetime.now(UTC) - timedelta(days=8))
    assert check_links("--older-than", "7").exit_code == 0
    assert to_peer.asked == ["HEAD /gone", "GET /gone"]


def test_what_nobody_links_to_any_more_is_forgotten(to_peer: Peer, database: Engine) -> None:
    with transaction(database) as session:
        happened(session, A, (0, GONE), (7, GONE))
        assert findings(session) == []
    assert check_links("well").exit_code == 0
    with reading(database) as session:
        assert session.exec(select(LinkCheck.url)).all() == [to_peer.url("/ok")]


def test_the_portal_itself_uses_the_rules_of_the_portal() -> None:
    way = cli_links.way(Settings())
    assert way.agent == "Samband link checker (+http://localhost:8000)"
    assert way.ports == frozenset({80, 443})
    assert (way.timeout_seconds, way.pause_seconds) == (5, 1)
    assert (way.resolve, way.is_allowed) == (resolve_by_system, is_public)
    assert way.tls.verify_mode is ssl.CERT_REQUIRED
    assert way.tls.check_hostname


# -- the pages -------------------------------------------------------------------------------------------------------


@pytest.mark.full
def test_pages_say_beside_the_link_that_it_is_broken(make_client: Callable[..., TestClient]) -> None:
    chosen: dict[str, str] = {}

    def change(session: Session) -> None:
        held = select(Material).where(Material.url != None, Material.related_url == None)  # noqa: E711  SQL's null
        one = session.exec(held.order_by(Material.id)).first()
        website = Organisation.website_domain != None  # noqa: E711
        house = session.exec(select(Organisation).where(website).order_by(Organisation.id)).first()
        assert one
        assert house
        chosen.update(url=one.url or "", material=one.id, domain=house.website_domain or "", body=house.id)
        happened(session, chosen["url"], (0, UNREACHABLE), (7, UNREACHABLE))
        happened(session, f"https://{chosen['domain']}/", (0, GONE), (7, GONE))

    client = make_client(change)
    said = client.get(f"/en/materials/{chosen['material']}").text
    assert said.count("This link did not answer on 6 April 2026.") == 2
    assert f'href="{chosen["url"]}"' in said
    assert "Linkki ei vastannut 6. huhtikuuta 2026." in client.get(f"/fi/materials/{chosen['material']}").text
    said = client.get(f"/en/organisations/{chosen['body']}").text
    assert "On 6 April 2026 there was nothing at this address any more." in said
    assert f'href="https://{chosen["domain"]}/"' in said
