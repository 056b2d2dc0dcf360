"""Peers on loopback, one for each test."""

from collections.abc import Iterator

import pytest

from tests.links.peer import Peer, running_peer


@pytest.fixture
def peer() -> Iterator[Peer]:
    with running_peer() as running:
        yield running
