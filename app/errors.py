"""What can go wrong, and the one place that turns it into a page or into problem+json (RFC 9457)."""

from http import HTTPStatus


class PortalError(Exception):
    """`status` is the HTTP status; `code` names the error for programs; the page's words are chosen by `code`."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "internal"
    headers: tuple[tuple[str, str], ...] = ()


class NotFound(PortalError):
    """Also what a reader gets for a thing that exists but is not theirs to see."""

    status = HTTPStatus.NOT_FOUND
    code = "not-found"


class NotPermitted(PortalError):
    status = HTTPStatus.FORBIDDEN
    code = "not-permitted"


class Invalid(PortalError):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "invalid"


class TooMany(PortalError):
    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too-many"
    headers = (("Retry-After", "60"),)


class Busy(PortalError):
    """Somebody else is writing; nothing was kept, the same request may succeed in a moment."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "busy"
    headers = (("Retry-After", "5"),)


class Full(Busy):
    """The disk of the database is full; nothing was kept, reading goes on."""

    code = "full"
    headers = (("Retry-After", "600"),)


class DatabaseDown(PortalError):
    """The database does not answer; nothing was read or kept, and the portal recovers by itself."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "database-down"
    headers = (("Retry-After", "10"),)


class SearchDown(PortalError):
    """The search engine does not answer; what needs no search still does."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "search-down"
    headers = (("Retry-After", "60"),)
