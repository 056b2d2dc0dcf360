"""A database of its own for what is imported, rolled back after every test; files made as people make them."""

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.db import make_engine, upgrade
from tests.conftest import settings_for

HEADING = (
    "indicator,country,language,unit,title,definition,caveat,partitions,source_publisher,source_title,as_of,"
    "series,series_label,breakdown,period,value"
)
RECORD = "fi-test,FI,en,persons,Persons counted,Persons who were counted.,One office only.,sex,Office,Yearbook,2024"
ROWS = (
    "total,Total,,2022,40",
    "women,Women,sex=female,2022,30",
    "men,Men,sex=male,2022,10",
    "total,Total,,2024,50",
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    settings = settings_for(tmp_path_factory.mktemp("figures"))
    upgrade(settings)
    engine = make_engine(settings.sqlalchemy_url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> Iterator[Session]:
    with Session(engine, info={"actor": "test"}) as session:
        yield session
        session.rollback()


def lines(*rows: str, heading: str = HEADING, record: str = RECORD) -> str:
    return "\n".join([heading, *(f"{record},{row}" for row in rows)]) + "\n"


def csv_file(folder: Path, text: str, name: str = "figures.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def xlsx_file(path: Path, rows: Sequence[Sequence[str | float]]) -> Path:
    """The smallest workbook that spreadsheets open: one sheet, texts in place, numbers as numbers."""
    cells = "".join(f"<row>{''.join(_cell(value) for value in row)}</row>" for row in rows)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rels = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{types}"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{rels}"><Relationship Id="r1" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Figures" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{rels}"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return path


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"
