"""The sandbox: what is wrong is run, and told; nothing of it gets out."""

from __future__ import annotations

import asyncio
import gc
import types
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from itertools import count
from pathlib import Path

import pytest

from desktop_app.errors import ServiceUnreachable, TooManyAttempts
from desktop_app.preferences.model import DEFAULT_PREFERENCES, Preferences
from desktop_app.signin import mistake_variants
from desktop_app.signin.mistake import (
    FORGOTTEN_AWAIT,
    MANAGED,
    NS_PER_MS,
    READ_TOO_EARLY,
    UNSET_RESULT,
    VARIANTS,
    Code,
    Moment,
    Outcome,
    Sandbox,
    Variant,
    source_of,
)
from desktop_app.signin.mistake_variants import Load, Loop, Page

ADA = Preferences(display_name="Ada", theme="dark")
Answer = Callable[[], Awaitable[Preferences]]
EACH = pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.code.__name__)
ALL = pytest.mark.parametrize("variant", [*VARIANTS, MANAGED], ids=lambda variant: variant.code.__name__)


@pytest.fixture(autouse=True)
def no_leftover_coroutines() -> Iterator[None]:
    """Have Python say now what it would say some day: that nobody awaited a coroutine, or retrieved an exception."""
    yield
    gc.collect()


async def after_some_turns() -> Preferences:
    for _ in range(5):
        await asyncio.sleep(0)
    return ADA


async def never() -> Preferences:
    await asyncio.get_running_loop().create_future()
    raise AssertionError


def failing_with(error: Exception) -> Answer:
    async def fail() -> Preferences:
        await asyncio.sleep(0)
        raise error

    return fail


class Played:
    """A sandbox whose clock goes on by a millisecond with each look at it, and all that it told."""

    def __init__(self, variant: Variant, answer: Answer) -> None:
        self.told: list[Outcome] = []
        self.requests = 0
        self._answer = answer
        now_ms = count()
        self.sandbox = Sandbox(variant, self._request, self.told.append, lambda: next(now_ms) * NS_PER_MS)

    async def _request(self, sent: Callable[[], None]) -> Preferences:
        self.requests += 1
        sent()
        return await self._answer()

    @property
    def outcome(self) -> Outcome:
        return self.told[-1]

    @property
    def moments(self) -> list[Moment]:
        return [event.moment for event in self.outcome.events]

    def failing_line(self, variant: Variant) -> str:
        source = source_of(variant.code)
        return source.lines[self.outcome.failing_line - source.first_line].strip()


def play(variant: Variant, answer: Answer = after_some_turns) -> Played:
    """Run a variant to its end, on a loop of its own which must not hear of any error."""

    async def run() -> Played:
        unhandled: list[object] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: unhandled.append(context))
        played = Played(variant, answer)
        await played.sandbox.run()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        gc.collect()
        assert unhandled == []
        return played

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("variant", "raised", "line"),
    [
        (UNSET_RESULT, "InvalidStateError: Result is not set.", "page.customise(request.result())"),
        (
            FORGOTTEN_AWAIT,
            "AttributeError: 'coroutine' object has no attribute 'theme'",
            "page.set_theme(preferences.theme)",
        ),
    ],
)
def test_a_mistake_that_raises_is_told_with_its_line(variant: Variant, raised: str, line: str) -> None:
    played = play(variant)
    assert (played.outcome.raised, played.failing_line(variant)) == (raised, line)


def test_a_mistake_that_does_not_raise_is_told_with_the_line_that_gave_the_page_nothing() -> None:
    played = play(READ_TOO_EARLY)
    assert (played.outcome.raised, played.failing_line(READ_TOO_EARLY)) == ("", "page.customise(preferences)")


@EACH
def test_a_mistake_leaves_the_page_blank(variant: Variant) -> None:
    assert play(variant).outcome.preferences is None


def test_the_managed_load_shows_the_default_page_and_then_customises_it() -> None:
    played = play(MANAGED)
    assert played.moments == [Moment.DEFAULTED, Moment.CALLED, Moment.SENT, Moment.ANSWERED, Moment.CUSTOMISED]
    assert (played.outcome.preferences, played.outcome.failing_line) == (ADA, 0)


@pytest.mark.parametrize(
    ("variant", "moments"),
    [
        (UNSET_RESULT, [Moment.CALLED, Moment.RAISED, Moment.SENT, Moment.ANSWERED]),
        (FORGOTTEN_AWAIT, [Moment.CALLED, Moment.RAISED, Moment.UNSENT]),
        (READ_TOO_EARLY, [Moment.BLANKED, Moment.CALLED, Moment.SENT, Moment.ANSWERED]),
    ],
)
def test_the_answer_to_a_mistake_comes_too_late_or_not_at_all(variant: Variant, moments: list[Moment]) -> None:
    assert play(variant).moments == moments


def test_a_forgotten_await_sends_no_request() -> None:
    assert play(FORGOTTEN_AWAIT).requests == 0


@ALL
def test_the_times_are_the_clocks(variant: Variant) -> None:
    times_ns = [event.at_ns for event in play(variant).outcome.events]
    assert times_ns == sorted(set(times_ns))
    assert all(at_ns > 0 and at_ns % NS_PER_MS == 0 for at_ns in times_ns)


@ALL
def test_the_last_that_is_told_is_that_it_is_over(variant: Variant) -> None:
    told = play(variant).told
    assert [outcome.is_over for outcome in told] == [False] * (len(told) - 1) + [True]


@pytest.mark.parametrize("variant", [UNSET_RESULT, READ_TOO_EARLY])
def test_nobody_is_told_of_a_failure_that_a_mistake_does_not_wait_for(variant: Variant) -> None:
    outcome = play(variant, failing_with(ServiceUnreachable())).outcome
    assert outcome.happened(Moment.FAILED)
    assert not outcome.is_explained


def test_the_managed_load_says_why_it_failed() -> None:
    outcome = play(MANAGED, failing_with(TooManyAttempts(seconds=7))).outcome
    assert outcome.failure is not None
    assert str(outcome.failure.error) == "Too many attempts. Try again in 7 s."
    assert (outcome.is_explained, outcome.preferences) == (True, DEFAULT_PREFERENCES)


def test_a_failure_that_is_told_keeps_no_frame_alive() -> None:
    failure = play(MANAGED, failing_with(ServiceUnreachable(detail="refused"))).outcome.failure
    assert failure is not None
    assert (failure.error.detail, failure.error.__traceback__, failure.error.__context__) == ("refused", None, None)


@pytest.mark.parametrize("variant", [UNSET_RESULT, READ_TOO_EARLY, MANAGED])
def test_an_error_of_the_program_is_not_taken_for_a_part_of_the_demonstration(variant: Variant) -> None:
    with pytest.raises(ZeroDivisionError):
        play(variant, failing_with(ZeroDivisionError()))


@EACH
def test_an_exception_that_a_mistake_is_not_known_for_gets_out(variant: Variant) -> None:
    async def broken(load: Load, page: Page, loop: Loop) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        play(Variant(broken, variant.raises))


@pytest.mark.parametrize("variant", [UNSET_RESULT, READ_TOO_EARLY, MANAGED])
@pytest.mark.parametrize("turns", range(4))
def test_a_run_that_is_cancelled_leaves_nothing(variant: Variant, turns: int) -> None:
    async def cancel() -> None:
        run = asyncio.ensure_future(Played(variant, never).sandbox.run())
        for _ in range(turns):
            await asyncio.sleep(0)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(cancel())


def test_nothing_is_told_before_the_request_is_on_its_way() -> None:
    told_before: list[int] = []

    async def run() -> None:
        async def answer() -> Preferences:
            told_before.append(len(played.told))
            return ADA

        played = Played(UNSET_RESULT, answer)
        await played.sandbox.run()

    asyncio.run(run())
    assert told_before == [0]


def test_the_same_code_is_right_with_the_await_that_was_forgotten() -> None:
    async def mended(load: Load, page: Page, loop: Loop) -> None:
        preferences = await load()
        page.set_theme(preferences.theme)
        page.customise(preferences)

    outcome = play(Variant(mended, FORGOTTEN_AWAIT.raises)).outcome
    assert (outcome.raised, outcome.preferences) == ("", ADA)


def test_a_theme_alone_is_shown_on_the_default_page() -> None:
    async def themed(load: Load, page: Page, loop: Loop) -> None:
        page.set_theme("dark")

    assert play(Variant(themed)).outcome.preferences == Preferences(theme="dark")


@ALL
def test_the_source_is_what_stands_in_the_file(variant: Variant) -> None:
    file = Path(mistake_variants.__file__)
    source = source_of(variant.code)
    written = file.read_text(encoding="utf-8").splitlines()
    assert source.file == file.name
    assert list(source.lines) == written[source.first_line - 1 :][: len(source.lines)]
    assert source.lines[0].startswith(f"async def {variant.code.__name__}(")


def test_a_program_without_sources_shows_none() -> None:
    def nowhere(load: Load, page: Page, loop: Loop) -> Coroutine[object, object, None]:
        raise NotImplementedError

    moved = types.FunctionType(nowhere.__code__.replace(co_filename="/nowhere/code.py"), {})
    assert source_of(as_code(moved)).lines == ()


def as_code(function: types.FunctionType) -> Code:
    return function
