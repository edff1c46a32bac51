"""How often the watchdog looks, and has the thread beat: seldom while nothing happens, or very much."""

from __future__ import annotations

import pytest

from desktop_app.responsiveness.watchdog import STIRRED_BEAT_MS
from tests.responsiveness.scene import BUSY, MS, TICK_MS, Scene, made_scene


@pytest.fixture
def scene() -> Scene:
    return made_scene()


def test_where_an_idle_thread_is_is_asked_again_when_it_has_run(scene: Scene) -> None:
    scene.look(5)
    asked = scene.thread.places
    scene.look(5)
    assert scene.thread.places == asked
    scene.thread.used_ns += MS // 10
    scene.look()
    assert scene.thread.places == asked + 1


def serve_much(scene: Scene, duration_ms: int) -> None:
    """Have the GUI thread serve one event after the other, and beat every 10 ms."""
    scene.thread.at = BUSY
    look_ns = scene.clock() + scene.watchdog.wait_ns
    for passed_ms in range(1, duration_ms + 1):
        scene.clock.advance_ms(1)
        scene.thread.used_ns += MS
        if passed_ms % 10 == 5:
            scene.beat(TICK_MS)
        if scene.clock() >= look_ns:
            scene.watchdog.step()
            look_ns = scene.clock() + scene.watchdog.wait_ns


def test_a_thread_that_serves_one_event_after_the_other_is_looked_at_less_often_and_beats_more(scene: Scene) -> None:
    serve_much(scene, 1000)
    assert scene.watchdog.wait_ns == 30 * MS
    assert scene.thread.hurried_ms[-1] == TICK_MS
    assert len(scene.thread.pings) <= 2
    assert (scene.thread.stacks, scene.reported) == (0, [])


@pytest.mark.parametrize("served_ms", range(1000, 1040, 5))
def test_a_freeze_of_such_a_thread_is_sampled_in_time_and_dated_from_its_last_beat(
    scene: Scene, served_ms: int
) -> None:
    serve_much(scene, served_ms)
    began_ns = scene.clock()
    while scene.clock() < began_ns + 49 * MS - scene.watchdog.wait_ns:
        scene.look()
    assert scene.thread.stacks > 0
    scene.look(10)
    scene.serve()
    scene.look()
    (freeze,) = scene.ended()
    assert abs(freeze.start_ns - began_ns) <= TICK_MS * MS
    assert scene.watchdog.wait_ns == TICK_MS * MS


def test_a_thread_that_has_done_nothing_for_long_beats_as_its_heartbeat_has_it(scene: Scene) -> None:
    scene.thread.used_ns += MS
    scene.look(20)
    assert scene.thread.hurried_ms == [STIRRED_BEAT_MS]
    # Without a beat it is found out at the next full look.
    scene.look(160)
    assert scene.thread.hurried_ms == [STIRRED_BEAT_MS, None]


def test_beats_alone_do_not_count_as_doing_something(scene: Scene) -> None:
    for _ in range(30):
        scene.look(10)
        scene.thread.used_ns += MS // 10
        scene.serve()
    assert set(scene.thread.hurried_ms) <= {None}


def test_a_thread_beats_as_before_when_the_watch_has_ended(scene: Scene) -> None:
    serve_much(scene, 1000)
    scene.watchdog.stop()
    assert scene.thread.hurried_ms[-1] is None
