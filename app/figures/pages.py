"""The file behind a figure; the figure itself stands on the page of its country."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from app.db import SessionDep
from app.errors import NotFound
from app.figures.export import MEDIA_TYPE, figure_csv
from app.figures.service import get_figure
from app.pages import PUBLIC, Slug, VisitDep

router = APIRouter(prefix="/{lang}", dependencies=[PUBLIC], include_in_schema=False)


@router.get("/countries/{country}/figures/{figure_id}.csv")
def figure_file(
    visit: VisitDep, session: SessionDep, country: Annotated[str, Path(pattern="^[a-z]{2}$")], figure_id: Slug
) -> Response:
    figure = get_figure(session, visit.reader, visit.language, figure_id)
    if figure.country != country.upper():
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="{figure.id}.csv"'}
    return Response(figure_csv(figure).encode(), media_type=MEDIA_TYPE, headers=headers)
