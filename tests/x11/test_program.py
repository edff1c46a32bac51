"""The installed program on a real X11 screen, driven with real keys and clicks and watched from outside."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from desktop_app.config import DEFAULT_DEADLINE_S
from tests.helpers.x11 import wait_for
from tests.x11.conftest import Start
from tests.x11.program import INTO, SERVES, Program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers.x11 import Rectangle

MODES = ("blocking", "async")
ENDLESS = ("--conditions", "silent", "--deadline", "30")
"""A load that goes on for longer than any test waits."""
UNHURRIED = ("--conditions", "slow", "--deadline", "15")
"""A load that ends at the home page, on a machine that is busy with other things, too."""
AN_ANSWER_S = 0.8
"""What the condition ``slow`` adds to each of the two replies."""
SHUTDOWN_LIMIT_S = 2.0
TYPED = "still here"
both_modes = pytest.mark.parametrize("mode", MODES)


@pytest.fixture
def loading(start: Start, mode: str) -> Iterator[Program]:
    """The program in the midst of a load that does not end by itself."""
    with start(*ENDLESS, "--mode", mode) as program:
        program.wait_for_service()
        program.sign_in()
        program.wait_for_load(mode)
        yield program


@pytest.fixture(scope="module")
def latencies(start: Start) -> dict[str, list[float]]:
    """How long pings took that were sent throughout a load, in seconds: in each mode, and "afterwards"."""
    found = {}
    with start(*UNHURRIED, "--mode", "async") as program:
        program.wait_for_service()
        program.sign_in()
        found["async"] = program.pinged_until(program.shows_home, "the home page")
        sign_out(program)
        program.choose_blocking()
        program.sign_in()
        found["blocking"] = program.pinged_until(program.shows_home, "the home page")
        end_s = time.monotonic() + AN_ANSWER_S
        found["afterwards"] = program.pinged_until(lambda: time.monotonic() > end_s, "some pings")
    return found


@dataclass(frozen=True)
class Aftermath:
    """What became of what was done during a freeze."""

    stayed_signed_in: bool
    kept_its_mode: bool
    typed: str
    counted: bool


@pytest.fixture(scope="module")
def aftermath(start: Start) -> Aftermath:
    """Click, type and press Return while the window is frozen, everywhere where it could matter afterwards."""
    with start(*UNHURRIED, "--mode", "async") as program:
        program.wait_for_service()
        field, counter = program.typing_field(), program.counter()
        sign_in, other_mode = program.sign_in_button(), program.chosen_half()
        assert sign_in
        assert other_mode
        program.sign_in()
        wait_for(program.shows_home, "the home page")
        uncounted = program.picture_of(inside(counter))
        where_sign_out_will_be = sign_out(program)

        program.choose_blocking()
        program.sign_in()
        program.wait_for_load("blocking")
        frozen = program.ping()
        program.press("key", "Return", *program.clicking(sign_in, 2), *program.clicking(where_sign_out_will_be, 2))
        program.press(*program.clicking(other_mode))
        program.press(*program.clicking(counter, 3), *program.clicking(field))
        program.press("type", "--delay", "4", TYPED)
        program.press("key", "Return")
        assert frozen.latency() is None, "the freeze was over before all was done"

        wait_for(program.shows_home, "the home page")
        program.press("key", "ctrl+a", "key", "ctrl+c")
        typed = program.screen.clipboard()
        counted = program.picture_of(inside(counter)) != uncounted
        stayed_signed_in = stays(program)
        if stayed_signed_in:
            sign_out(program)
        return Aftermath(stayed_signed_in, program.chosen_half() != other_mode, typed, counted)


def inside(edge: Rectangle) -> Rectangle:
    """Give the middle of a button of which this is the edge."""
    return edge._replace(y=edge.y + INTO // 2, height=INTO)


def sign_out(program: Program) -> Rectangle:
    """Click Sign out, wait until that was done, and give its place."""
    button = program.sign_out_button()
    program.press(*program.clicking(button))
    wait_for(program.sign_in_button, "the form")
    return button


def stays(program: Program) -> bool:
    """Tell whether the home page is still there after as long as a reply takes."""
    try:
        wait_for(lambda: not program.shows_home(), "something else", AN_ANSWER_S)
    except TimeoutError:
        return True
    return False


def test_the_window_bears_the_programs_name(start: Start) -> None:
    with start() as program:
        assert program.title.startswith("Desktop App")


@pytest.mark.parametrize("kind", ["screen", "bare_screen"])
def test_an_idle_window_answers_a_ping(start: Start, kind: str, request: pytest.FixtureRequest) -> None:
    with start(on=request.getfixturevalue(kind)) as program:
        assert program.pinged_until(lambda: True, "an answer")


def test_a_blocking_load_leaves_pings_unanswered(latencies: dict[str, list[float]]) -> None:
    assert max(latencies["blocking"]) >= AN_ANSWER_S


def test_all_pings_of_a_freeze_are_answered_together_at_its_end(latencies: dict[str, list[float]]) -> None:
    unanswered = [latency for latency in latencies["blocking"] if latency >= AN_ANSWER_S]
    assert len(unanswered) > 1
    assert all(later < earlier for earlier, later in pairwise(unanswered))


def test_after_a_freeze_pings_are_answered_as_before(latencies: dict[str, list[float]]) -> None:
    assert max(latencies["afterwards"]) < max(latencies["blocking"]) / 2


def test_throughout_an_async_load_pings_are_answered_sooner(latencies: dict[str, list[float]]) -> None:
    assert max(latencies["async"]) < max(latencies["blocking"]) / 2


def test_clicks_and_return_made_during_a_freeze_do_not_sign_out(aftermath: Aftermath) -> None:
    assert aftermath.stayed_signed_in


def test_clicks_made_on_a_frozen_window_are_dropped(aftermath: Aftermath) -> None:
    assert aftermath.kept_its_mode


def test_what_was_typed_during_a_freeze_arrives(aftermath: Aftermath) -> None:
    assert aftermath.typed == TYPED


def test_what_was_counted_during_a_freeze_arrives(aftermath: Aftermath) -> None:
    assert aftermath.counted


def test_alt_b_and_alt_a_choose_the_mode(start: Start) -> None:
    with start("--mode", "async") as program:
        program.choose_blocking()
        blocking = wait_for(program.chosen_half, "the toggle")
        program.press("key", "alt+a")
        assert wait_for(lambda: (now := program.chosen_half()) and blocking.right < now.x, "the toggle to move back")


@pytest.mark.parametrize("mode", ["async"])
def test_closing_an_async_load_ends_it_in_order(loading: Program) -> None:
    loading.screen.ask_to_close(loading.window)
    assert (loading.exit_code(), loading.stderr()) == (0, "")


def test_closing_a_blocking_load_ends_it_in_order_after_its_deadline(start: Start) -> None:
    with start("--conditions", "silent", "--mode", "blocking") as program:
        program.wait_for_service()
        program.sign_in()
        submitted_s = time.monotonic()
        program.wait_for_load("blocking")
        program.screen.ask_to_close(program.window)
        assert (program.exit_code(), program.stderr()) == (0, "")
        assert time.monotonic() - submitted_s < DEFAULT_DEADLINE_S + SHUTDOWN_LIMIT_S


@both_modes
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_load_in_order_and_at_once(loading: Program, number: signal.Signals) -> None:
    loading.process.send_signal(number)
    # It waits for less than the load goes on.
    assert (loading.exit_code(), loading.stderr()) == (128 + number, "")


@both_modes
def test_a_killed_program_takes_its_processes_along(loading: Program) -> None:
    commands = " ".join(loading.children().values())
    assert SERVES in commands
    assert "-m desktop_app.conditions" in commands
    loading.process.kill()
    assert loading.exit_code() == -signal.SIGKILL
