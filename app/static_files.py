"""Static files under an address that names their version: cached for a year, and never wrong after an update."""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.pages import STATIC, static_version

FOR_EVER = "public, max-age=31536000, immutable"


class CachedStatic(StaticFiles):
    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        version, _, name = path.partition("/")
        response = await super().get_response(name if version == static_version() else path, scope)
        if version == static_version() and response.status_code == 200:  # noqa: PLR2004  found
            response.headers["Cache-Control"] = FOR_EVER
        return response
