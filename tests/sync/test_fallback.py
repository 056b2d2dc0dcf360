"""F-06, F-07 in the engine room: the reserve answers for a main engine that is away or slow, and a probe ends it."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from search.engine import Query
from search.fallback import RESERVE_ANSWERS, WAITING_AT_MOST, FallbackEngine
from tests.operations.processes import wait_until
from tests.sync.engines import Answering

MAIN, RESERVE = 1, 2
NOBODY: frozenset[str] = frozenset()
QUESTION = Query(NOBODY)


class Pair:
    def __init__(self) -> None:
        self.main, self.reserve = Answering(MAIN), Answering(RESERVE)
        self.engine = FallbackEngine(self.main, self.reserve, budget_seconds=0.2, probe_every_seconds=0.1)

    def answers(self) -> tuple[int, str | None]:
        page = self.engine.search(QUESTION)
        return page.total, page.degraded


@pytest.fixture
def pair() -> Iterator[Pair]:
    pair = Pair()
    yield pair
    pair.main.gate.set()


def test_while_all_is_well_the_main_engine_answers(pair: Pair) -> None:
    assert pair.answers() == (MAIN, None)
    assert pair.engine.health().is_up
    assert pair.reserve.asked == 0


def test_f06_the_reserve_answers_every_question_and_says_so(pair: Pair) -> None:
    pair.main.is_down = True
    assert pair.answers() == (RESERVE, RESERVE_ANSWERS)
    assert pair.engine.suggest("x", NOBODY)[0].text == str(RESERVE)
    assert pair.engine.similar("x", NOBODY, ())[0].key == str(RESERVE)
    assert not pair.engine.health().is_up


def test_f06_a_probe_in_the_background_brings_the_main_engine_back(pair: Pair) -> None:
    pair.main.is_down = True
    pair.answers()
    pair.main.is_down = False
    wait_until(lambda: pair.answers() == (MAIN, None), "the main engine answers again", 10)
    assert pair.engine.health().is_up


def test_f06_health_alone_brings_it_back_too(pair: Pair) -> None:
    """Nobody may be searching just then."""
    pair.main.is_down = True
    assert not pair.engine.health().is_up
    pair.main.is_down = False
    wait_until(lambda: pair.engine.health().is_up, "health sees it", 10)


def test_f06_a_known_failure_is_not_waited_for(pair: Pair) -> None:
    pair.main.is_down = True
    pair.answers()
    pair.main.asked = 0
    for _ in range(50):
        assert pair.answers() == (RESERVE, RESERVE_ANSWERS)
    assert pair.main.asked <= 1 + 50 // 5


def test_f07_a_black_hole_costs_the_budget_once_and_piles_nothing_up(pair: Pair) -> None:
    pair.main.gate.clear()
    with ThreadPoolExecutor(50) as readers:
        answers = list(readers.map(lambda _number: pair.answers(), range(50)))
    assert answers == [(RESERVE, RESERVE_ANSWERS)] * 50
    assert pair.main.asked <= WAITING_AT_MOST
    for _ in range(20):
        pair.answers()
        time.sleep(0.02)
    assert pair.main.asked <= WAITING_AT_MOST
    pair.main.gate.set()
    wait_until(lambda: pair.answers() == (MAIN, None), "the main engine answers again", 10)
