"""Every address of the portal, filled with records of the seed: what a test that must see all routes walks over."""

from string import Formatter

from fastapi import FastAPI

from app.main import api_routes

EXAMPLES = {
    "lang": "en",
    "language": "en",
    "organisation_id": "no-kom",
    "concept_id": "forced-labour",
    "material_id": "fi-heuni-95b",
    "sha256": "0" * 64,
    "case_id": "case-01-fi-restaurant",
    "country": "no",
    "topic": "reflection-period",
    "function": "labour-inspection",
    "code": "no",
    "figure_id": "no-possible-victims",
}
API_EXAMPLES = {"country": "NO", "code": "NO"}
"""Codes of countries are lower case in the addresses of pages and as they are in the API."""
QUERIES = {"/{lang}/suggest": "?q=po", "/api/v1/suggest": "?q=po", "/{lang}/search": "?q=police"}


def names(template: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(template) if name]


def templates(app: FastAPI) -> list[str]:
    return [str(route.path) for route in api_routes(app)]


def address(template: str, **values: str) -> str:
    """A template with the examples put in, or with `values` in their place."""
    known = EXAMPLES | (API_EXAMPLES if template.startswith("/api/") else {})
    filled = template.format(**{name: (known | values)[name] for name in names(template)})
    return filled + QUERIES.get(template, "")
