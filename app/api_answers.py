"""How the API answers: bounded parameters, and an answer that a client need not fetch twice."""

import hashlib
from typing import Annotated, Literal

from fastapi import Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from app.pages import SLUG_PATTERN

MAX_AGE_SECONDS = 300
MAX_PAGE = 1000
MAX_PER_PAGE = 100

PageNumber = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Page of the list, from 1.")]
PerPage = Annotated[int, Query(ge=1, le=MAX_PER_PAGE, description="Items on a page.")]
Language = Literal["da", "fi", "is", "nb", "sv", "en"]
ApiLanguage = Annotated[
    Language, Query(alias="lang", description="Language of labels; texts that do not exist in it come in the nearest.")
]
ApiSlug = Annotated[str, Path(pattern=SLUG_PATTERN, description="Stable identifier.")]


class Problem(BaseModel):
    """RFC 9457. `incident` is the number to tell when reporting it."""

    model_config = ConfigDict(title="Problem")

    type: str
    title: str
    status: int
    detail: str
    incident: str


def respond(request: Request, model: BaseModel, max_age: int = MAX_AGE_SECONDS) -> Response:
    """`model` as JSON with an ETag of its content; 304 where the client already holds it."""
    body = model.model_dump_json().encode()
    # Weak: compression changes the bytes on the way, not the meaning.
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={max_age}", "Vary": "Accept-Encoding"}
    if _is_held(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _is_held(if_none_match: str, etag: str) -> bool:
    held = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return bool(held & {"*", etag.removeprefix("W/")})


def _problem_answer(description: str) -> dict[str, object]:
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }


PROBLEM_ANSWERS: dict[int | str, dict[str, object]] = {
    404: _problem_answer("There is nothing with that identifier."),
    422: _problem_answer("A parameter is not as it should be; `errors` names it."),
    429: _problem_answer("Too many calls from this address; `Retry-After` says how many seconds to wait."),
}
"""What every route of the API may answer besides what it is there for."""
