"""What Linux tells of real threads, each time made to happen."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest

from desktop_app.responsiveness.scheduling import Scheduling, is_traced, own_switches
from tests.helpers.program import run_python

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells these")


def test_a_thread_that_shares_its_processor_waits_for_it_for_as_long_as_it_does_not_run() -> None:
    processor = min(os.sched_getaffinity(0))
    bind = f"import os; os.sched_setaffinity(0, [{processor}])"
    rivals = [subprocess.Popen([sys.executable, "-c", f"{bind}\nwhile True: pass"]) for _ in range(2)]
    try:
        ended = run_python(f"""{bind}
import threading, time
from desktop_app.responsiveness.scheduling import Scheduling
scheduling = Scheduling(threading.get_native_id())
began_ns, used_ns, delayed_ns = time.monotonic_ns(), time.thread_time_ns(), scheduling.delay_ns()
while time.thread_time_ns() - used_ns < 100_000_000:
    pass
not_run_ns = time.monotonic_ns() - began_ns - (time.thread_time_ns() - used_ns)
print(scheduling.delay_ns() - delayed_ns, not_run_ns)
""")
    finally:
        for rival in rivals:
            rival.kill()
            rival.wait()
    assert ended.stderr == ""
    delayed_ns, not_run_ns = map(int, ended.stdout.split())
    assert not_run_ns > 10_000_000
    assert delayed_ns == pytest.approx(not_run_ns, rel=0.2)


def test_a_thread_gives_up_the_processor_each_time_that_it_waits() -> None:
    scheduling, own = Scheduling(threading.get_native_id()), own_switches()
    assert own is not None
    before, own_before = scheduling.switches(), own()
    for _ in range(20):
        time.sleep(0.001)
    after, own_after = scheduling.switches(), own()
    scheduling.close()
    assert before is not None
    assert after is not None
    assert 20 <= own_after - own_before <= after - before < 60


def test_nothing_is_known_of_a_thread_that_has_ended() -> None:
    found: list[Scheduling] = []
    thread = threading.Thread(target=lambda: found.append(Scheduling(threading.get_native_id())))
    thread.start()
    thread.join()
    (scheduling,) = found
    while os.path.exists(f"/proc/self/task/{thread.native_id}"):  # noqa: PTH110
        os.sched_yield()
    assert (scheduling.delay_ns(), scheduling.switches()) == (None, None)
    scheduling.close()
    assert (Scheduling(thread.native_id or 0).delay_ns(), scheduling.delay_ns()) == (None, None)


TRACED = """
import ctypes, threading
from desktop_app.responsiveness.causes import cause_of
from desktop_app.responsiveness.clock import NS_PER_MS, ManualClock
from desktop_app.responsiveness.probe import ThreadProbe
from desktop_app.responsiveness.scheduling import is_traced

done = threading.Event()
idle = threading.Thread(target=done.wait)
idle.start()

def tell():
    clock = ManualClock()
    probe = ThreadProbe(idle.ident, idle.native_id, clock=clock)
    probe.start()
    clock.advance_ms(10)
    probe.tick(0)
    clock.advance_ms(300)
    probe.tick(290 * NS_PER_MS)
    probe.begin()
    print(is_traced(), cause_of(probe.evidence(clock() - 300 * NS_PER_MS, clock())))
    probe.stop()

tell()
PTRACE_TRACEME = 0
ctypes.CDLL(None).ptrace(PTRACE_TRACEME, 0, 0, 0)
tell()
done.set()
"""


def test_a_process_that_stood_still_was_held_by_the_one_that_traces_it() -> None:
    ended = run_python(TRACED)
    assert (ended.stdout.splitlines(), ended.stderr) == (["False not scheduled", "True debugger"], "")


def test_this_process_is_not_traced() -> None:
    assert not is_traced()
