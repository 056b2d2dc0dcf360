"""`samband meilisearch-keys`: each process of the portal holds only the keys that it needs."""

import typer

from app.console import errors, out, settings_or_exit
from app.portal import meilisearch_server
from search.engine import EngineError


def keys_command() -> None:
    """Make the two keys of the portal's processes, with the server's master key in SAMBAND_MEILISEARCH_KEY.

    The same ones each time. Every process gets the first, the worker and the commands both; the master key stays out.
    """
    chosen = settings_or_exit()
    if not chosen.meilisearch_url:
        errors.print("SAMBAND_MEILISEARCH_URL is not set.")
        raise typer.Exit(2)
    try:
        keys = meilisearch_server(chosen).make_keys()
    except EngineError as error:
        errors.print(f"No keys: {error}", markup=False)
        raise typer.Exit(1) from None
    out.print(f"SAMBAND_MEILISEARCH_READING_KEY={keys.reading}", markup=False)
    out.print(f"SAMBAND_MEILISEARCH_KEY={keys.writing}", markup=False)
