"""Loading twice leaves the same rows; the index hears of each change; what people confirmed stays."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func
from sqlmodel import Session, SQLModel, col, select

from app.db import make_engine, reading, transaction, upgrade
from app.directory.models import ContactPoint, CountryFact, EmergencyLine, Organisation
from app.library.models import CaseSummary, Material
from app.outbox import Audit, Outbox, chained_digest
from app.vocabulary.models import Concept
from seed_data.load import load
from tests.conftest import settings_for

TOPICS = 17


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    settings = settings_for(tmp_path_factory.mktemp("load"))
    upgrade(settings)
    engine = make_engine(settings.sqlalchemy_url)
    with transaction(engine, actor="seed") as session:
        load(session)
    yield engine
    engine.dispose()


def count(session: Session, model: type[SQLModel]) -> int:
    return session.exec(select(func.count()).select_from(model)).one()


def dump(engine: Engine) -> dict[str, list[str]]:
    with reading(engine) as session:
        return {
            table.name: sorted(str(tuple(row)) for row in session.connection().execute(table.select()))
            for table in SQLModel.metadata.sorted_tables
        }


def test_every_row_is_there(database: Engine) -> None:
    with reading(database) as session:
        counts = [
            count(session, model)
            for model in (Organisation, ContactPoint, EmergencyLine, Concept, Material, CaseSummary, CountryFact)
        ]
    assert counts == [317, 530, 58, 260 + TOPICS, 93, 12, 75]


def test_a_second_load_changes_nothing(database: Engine) -> None:
    before = dump(database)
    with transaction(database, actor="seed") as session:
        assert load(session) == 0
    assert dump(database) == before


def test_a_changed_row_is_mended_and_told_to_the_index(database: Engine) -> None:
    with transaction(database) as session:
        row = session.get(Material, "fi-heuni-95b")
        assert row
        right, row.year = row.year, 1800
    with reading(database) as session:
        newest = session.exec(select(func.max(Outbox.id))).one() or 0
    with transaction(database, actor="seed") as session:
        assert load(session) == 1
    with reading(database) as session:
        row = session.get(Material, "fi-heuni-95b")
        assert row
        assert row.year == right
        told = session.exec(select(Outbox.key).where(col(Outbox.id) > newest)).all()
        assert told == ["material:fi-heuni-95b"]


def test_a_confirmation_survives_the_next_load(database: Engine) -> None:
    confirmed = datetime(2026, 11, 1, 12, tzinfo=UTC)
    with transaction(database) as session:
        row = session.get(ContactPoint, "dk-cmm-helpline")
        assert row
        row.verified_at, row.verified_by = confirmed, "duty desk"
    with transaction(database, actor="seed") as session:
        load(session)
    with reading(database) as session:
        row = session.get(ContactPoint, "dk-cmm-helpline")
        assert row
        assert (row.verified_at, row.verified_by) == (confirmed, "duty desk")


def test_audit_rows_form_a_chain(database: Engine) -> None:
    with reading(database) as session:
        previous = ""
        for row in session.exec(select(Audit).order_by(col(Audit.id))):
            assert row.digest == chained_digest(previous, row.at, row.actor, row.action, row.record)
            previous = row.digest


def test_a_failing_transaction_leaves_neither_row_nor_outbox_nor_audit(database: Engine) -> None:
    before = dump(database)

    def fail_late(session: Session) -> None:
        session.add(Organisation(id="xx-test", country="FI", names={"fi": "Koe"}, type="ngo"))
        session.flush()
        raise ValueError("late")

    with pytest.raises(ValueError, match="late"), transaction(database) as session:
        fail_late(session)
    assert dump(database) == before


def test_nothing_in_the_seed_claims_a_confirmation(session: Session) -> None:
    for model in (Organisation, ContactPoint, CountryFact):
        assert session.exec(select(func.count()).where(col(model.verified_at).is_not(None))).one() == 0


def test_numbers_of_dropped_outbox_rows_do_not_come_back(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    upgrade(settings)
    engine = make_engine(settings.sqlalchemy_url)
    numbers: list[int] = []
    for name in ("a", "b"):
        with transaction(engine) as session:
            session.add(Concept(id=name, facet="method"))
        with transaction(engine) as session:
            row = session.exec(select(Outbox)).one()
            numbers.append(row.id or 0)
            session.delete(row)
    first, second = numbers
    assert first < second
    engine.dispose()
