"""What the search engine is told of materials and cases."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.db import reading
from app.library.models import CaseSummary, Edition, Material, PublicationStatus
from app.library.search import case_documents, material_documents
from app.permissions import Visibility
from app.state import Portal


def test_every_published_record_is_one_document(session: Session, portal: Portal) -> None:
    materials = list(material_documents(session, portal.vocabulary, None))
    cases = list(case_documents(session, portal.vocabulary, None))
    assert [document.key for document in materials] == [
        f"material:{key}" for key in sorted(session.exec(select(Material.id)))
    ]
    assert len(cases) == len(session.exec(select(CaseSummary.id)).all()) == 12
    assert all(document.acl == ("clear",) for document in (*materials, *cases))
    assert all(passage.text for document in (*materials, *cases) for passage in document.passages)


def test_one_record_reads_as_it_does_among_all(session: Session, portal: Portal) -> None:
    every = {document.key: document for document in material_documents(session, portal.vocabulary, None)}
    for key in ("nb-kom-veileder", "survivor-inclusion-2021"):
        assert list(material_documents(session, portal.vocabulary, [key])) == [every[f"material:{key}"]]
    assert list(material_documents(session, portal.vocabulary, ["unknown"])) == []


def test_titles_and_identifiers_are_names(session: Session, portal: Portal) -> None:
    (document,) = material_documents(session, portal.vocabulary, ["nb-kom-veileder"])
    assert document.title.startswith("Veileder: Identifisering")
    assert "Guide: identification of possible victims, with three indicator lists" in document.names
    (part,) = material_documents(session, portal.vocabulary, ["survivor-inclusion-2021"])
    assert "URN:ISBN:978-952-259-988-9" in part.names


def test_concepts_fill_form_sector_and_victim(session: Session, portal: Portal) -> None:
    (document,) = case_documents(session, portal.vocabulary, ["case-01-fi-restaurant"])
    assert document.facets["form"] == ("labour-trafficking", "debt-bondage")
    assert document.facets["sector"] == ("restaurant-sector",)
    assert document.facets["victim"] == ("migrant-worker",)
    assert set(document.facets["concept"]) == set(document.concepts)


def test_no_text_is_indexed_twice(session: Session, portal: Portal) -> None:
    for document in material_documents(session, portal.vocabulary, None):
        texts = [passage.text for passage in document.passages]
        assert len(texts) == len(set(texts))


def test_a_hidden_record_carries_no_public_principal_and_a_draft_yields_nothing(
    make_client: Callable[..., TestClient],
) -> None:
    def change(session: Session) -> None:
        session.get_one(Material, "nb-kom-veileder").visibility = Visibility.GREEN
        session.get_one(Material, "nb-fafo-2019-35").status = PublicationStatus.DRAFT

    portal = portal_of(make_client(change))
    with reading(portal.database) as session:
        (hidden,) = material_documents(session, portal.vocabulary, ["nb-kom-veileder"])
        assert list(material_documents(session, portal.vocabulary, ["nb-fafo-2019-35"])) == []
    assert hidden.acl == ("green",)
    assert {passage.acl for passage in hidden.passages} == {("green",)}


def test_the_version_follows_the_contents(
    session: Session, portal: Portal, make_client: Callable[..., TestClient]
) -> None:
    def change(session: Session) -> None:
        session.get_one(Edition, ("nb-kom-veileder", "nb")).title = "Another title"

    changed = portal_of(make_client(change))
    before = {one.key: one.version for one in material_documents(session, portal.vocabulary, None)}
    with reading(changed.database) as other:
        after = {one.key: one.version for one in material_documents(other, changed.vocabulary, None)}
    assert {key for key in before if before[key] != after[key]} == {"material:nb-kom-veileder"}


def portal_of(client: TestClient) -> Portal:
    app = client.app
    assert isinstance(app, FastAPI)
    portal: Portal = app.state.portal
    return portal
