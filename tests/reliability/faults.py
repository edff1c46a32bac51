"""The one table of faults: a row a fault, how it is made, and what it must end in."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from desktop_app.app import Application
from desktop_app.signin.state import Mode
from tests.helpers.exchanges import PREFERENCES_JSON, SESSION_JSON
from tests.helpers.scripted_server import raw_reply
from tests.helpers.service_process import credentials_path, store_path
from tests.reliability import databases, network, processes, replies
from tests.reliability.apart import run_apart
from tests.reliability.network import answered, certified, clock_set_back, through_toxics
from tests.reliability.running import Observation, run
from tests.reliability.sites import (
    JSON,
    Make,
    Site,
    answering,
    healthy,
    replying,
    resetting,
    sending,
    sending_then_silent,
)

Run = Callable[[Application, Site, Mode, int, Path], Observation]
End = Literal["home", "degraded", "form", "closed"]
DEADLINE_MS: Final = 700
UNHURRIED_MS: Final = 3000
"""For what ends at the home page by way of processes, which take their time on a busy machine."""
LESS_THAN_A_LOCK_MS: Final = 900
"""The service waits for a lock for a second before it says that there is one."""
BOTH: Final = (Mode.BLOCKING, Mode.ASYNC)

UNREACHABLE: Final = "The service can't be reached."
NOT_TRUSTED: Final = "The service could not prove that it is the one that was asked for. Nothing was sent to it."
LOST: Final = "The connection broke before the answer was complete."
LATE: Final = "The service did not answer in time."
WRONG: Final = "The email or the password is wrong."
EXPIRED: Final = "Your session has expired. Sign in again."
UNREADABLE: Final = "The service's answer could not be read."
TOO_LARGE: Final = "The service's answer was too large."
FAULT_OF_THE_PROGRAM: Final = "Something went wrong in the program itself. The log says more."
NOT_STARTED: Final = "The program's own service could not be started:"


@dataclass(frozen=True)
class Fault:
    """A row."""

    name: str
    make: Make
    ends: End
    """Where the person finds themselves."""
    says: str = ""
    """What the window tells them, or how that begins."""
    modes: Sequence[Mode] = BOTH
    """In which it can happen."""
    deadline_ms: int = DEADLINE_MS
    most_memory_bytes: int = 1 << 40
    """By how much the process's memory may grow."""
    logs: tuple[str, ...] = ()
    """How the warnings begin that the log has to have."""
    exit_code: int = 0
    """Of a program in a process of its own."""
    run: Run = run


def _a_problem(status: int) -> str:
    return f"The service has a problem (status {status})."


def _statuses() -> list[Fault]:
    """Give each status that is refused, at each stage."""
    rows: tuple[tuple[int, str, End, str], ...] = (
        (401, WRONG, "form", EXPIRED),
        (403, _a_problem(403), "degraded", _a_problem(403)),
        (429, "Too many attempts. Try again in 7 s.", "degraded", "Too many attempts. Try again in 7 s."),
        (500, _a_problem(500), "degraded", _a_problem(500)),
        (502, _a_problem(502), "degraded", _a_problem(502)),
        (503, "The service is busy. Try again in 7 s.", "degraded", "The service is busy. Try again in 7 s."),
        (504, _a_problem(504), "degraded", _a_problem(504)),
    )
    found = []
    for status, at_sign_in, end, at_loading in rows:
        answer = replying(status, Retry_After="7")
        found.append(Fault(f"{status} at signing in", answered(answer), "form", at_sign_in))
        found.append(Fault(f"{status} at loading", answered(answer, "loading"), end, at_loading))
    return found


FAULTS: Final = (
    Fault("none: the real service", network.sound, "home", deadline_ms=UNHURRIED_MS),
    Fault("refused", network.refusing, "form", UNREACHABLE),
    Fault("DNS failure", network.looked_up("unknown"), "form", UNREACHABLE),
    Fault("DNS hanging", network.looked_up("hanging"), "form", LATE),
    Fault("SYN blackhole", network.swallowing_connections, "form", LATE),
    Fault("silent at signing in", answered(sending_then_silent()), "form", LATE),
    Fault("silent at loading", answered(sending_then_silent(), "loading"), "degraded", LATE),
    Fault(
        "latency with jitter",
        through_toxics({"type": "latency", "attributes": {"latency": 100, "jitter": 80}}),
        "home",
        deadline_ms=UNHURRIED_MS,
    ),
    Fault("drip at signing in", answered(network.dripping(raw_reply(201, SESSION_JSON, **JSON))), "form", LATE),
    Fault(
        "drip at loading",
        answered(network.dripping(raw_reply(200, PREFERENCES_JSON, **JSON)), "loading"),
        "degraded",
        LATE,
    ),
    Fault(
        "drip through the proxy",
        through_toxics({"type": "slicer", "attributes": {"average_size": 1, "delay": 20_000}}),
        "form",
        LATE,
    ),
    Fault(
        "1 KB/s",
        through_toxics(
            {"type": "bandwidth", "attributes": {"rate": 1}},
            script=answering(replying(200, replies.LENGTHY), "loading"),
        ),
        "degraded",
        LATE,
    ),
    Fault(
        "sliced to 1 byte",
        through_toxics({"type": "slicer", "attributes": {"average_size": 1}}),
        "home",
        deadline_ms=UNHURRIED_MS,
    ),
    Fault("cut in the body at signing in", answered(sending(replies.CUT)), "form", LOST),
    Fault("cut in the body at loading", answered(sending(replies.CUT), "loading"), "degraded", LOST),
    Fault("reset before the reply at signing in", answered(resetting()), "form", LOST),
    Fault("reset before the reply at loading", answered(resetting(), "loading"), "degraded", LOST),
    Fault("reset in the reply at signing in", answered(resetting(replies.CUT)), "form", LOST),
    Fault("reset in the reply at loading", answered(resetting(replies.CUT), "loading"), "degraded", LOST),
    Fault("reset by the proxy", through_toxics({"type": "reset_peer", "attributes": {"timeout": 0}}), "form", LOST),
    Fault("cut by the proxy", through_toxics({"type": "limit_data", "attributes": {"bytes": 100}}), "form", LOST),
    Fault("down", through_toxics({"type": "down"}), "form", UNREACHABLE),
    Fault(
        "slow close",
        through_toxics(
            {"type": "slow_close", "attributes": {"delay": 60_000}}, script=answering(network.closing_after_each)
        ),
        "home",
    ),
    Fault(
        "reset twice, then an answer",
        network.failing_first(2, resetting()),
        "home",
        deadline_ms=UNHURRIED_MS,
    ),
    Fault("503 twice, then an answer", network.failing_first(2, replying(503)), "home", deadline_ms=UNHURRIED_MS),
    Fault("connection reset when it is used again", network.closing_between_requests, "home"),
    Fault("stale keep-alive connection", network.stale_connection, "home"),
    Fault("not HTTP at signing in", answered(sending_then_silent(replies.NOT_HTTP)), "form", UNREADABLE),
    Fault("not HTTP at loading", answered(sending_then_silent(replies.NOT_HTTP), "loading"), "degraded", UNREADABLE),
    Fault("2 MB header", answered(sending(replies.LARGE_HEADER)), "form", UNREADABLE),
    Fault(
        "gzip bomb",
        answered(sending(replies.GZIP_BOMB), "loading"),
        "degraded",
        TOO_LARGE,
        most_memory_bytes=20_000_000,
    ),
    Fault(
        "body over the cap",
        answered(replying(200, replies.OVER_THE_CAP), "loading"),
        "degraded",
        TOO_LARGE,
        most_memory_bytes=20_000_000,
    ),
    *(
        Fault(f"{name} at loading", answered(replying(200, body), "loading"), "degraded", UNREADABLE)
        for name, body in replies.UNREADABLE.items()
    ),
    *(
        Fault(f"{name} at signing in", answered(replying(201, body)), "form", UNREADABLE)
        for name, body in replies.UNREADABLE.items()
    ),
    Fault("unknown fields", answered(network.with_unknown_fields), "home"),
    Fault("200 without a token", answered(replying(200, replies.NO_TOKEN)), "form", _a_problem(200)),
    Fault("201 without a token", answered(replying(201, replies.NO_TOKEN)), "form", UNREADABLE),
    *_statuses(),
    Fault("redirect to another host", network.redirected, "form", _a_problem(307)),
    Fault("sound certificate", certified("sound"), "home"),
    Fault("expired certificate", certified("expired"), "form", NOT_TRUSTED),
    Fault("self-signed certificate", certified("self-signed"), "form", NOT_TRUSTED),
    Fault("certificate of another host", certified("of another host"), "form", NOT_TRUSTED),
    Fault("HTTP_PROXY set", network.proxy_in_the_environment, "home"),
    Fault("token expired", databases.token_expired, "form", EXPIRED, deadline_ms=UNHURRIED_MS),
    Fault("SQLite locked at signing in", databases.locked(credentials_path), "form", LATE),
    Fault(
        "SQLite locked at loading",
        databases.locked(store_path, "?journal_mode=delete"),
        "degraded",
        LATE,
        deadline_ms=LESS_THAN_A_LOCK_MS,
    ),
    Fault("SQLite corrupt at the start", databases.damaged_at_the_start, "home", deadline_ms=UNHURRIED_MS),
    Fault(
        "SQLite corrupt at signing in",
        databases.damaged_while_it_runs(credentials_path),
        "form",
        _a_problem(503),
        deadline_ms=UNHURRIED_MS,
    ),
    Fault(
        "SQLite corrupt at loading",
        databases.damaged_while_it_runs(store_path),
        "degraded",
        _a_problem(503),
        deadline_ms=UNHURRIED_MS,
    ),
    Fault(
        "SQLite read-only at signing in",
        databases.opened_with("?credentials_mode=ro"),
        "form",
        _a_problem(503),
        deadline_ms=UNHURRIED_MS,
    ),
    Fault("SQLite read-only at loading", databases.opened_with("?mode=ro"), "home", deadline_ms=UNHURRIED_MS),
    Fault("disk full", databases.full, "form", _a_problem(503), deadline_ms=UNHURRIED_MS),
    Fault("a file for the store's directory", databases.file_for_the_stores_directory, "form", NOT_STARTED),
    Fault(
        "a file for the profile's directory",
        databases.file_for_the_profiles_directory,
        "form",
        NOT_STARTED,
        logs=("desktop-app: The profile directory",),
        run=run_apart,
    ),
    Fault(
        "a file for the profile's directory, the service elsewhere",
        databases.file_for_the_profiles_directory_of_another_service,
        "home",
        deadline_ms=UNHURRIED_MS,
        logs=("desktop-app: The profile directory",),
        run=run_apart,
    ),
    Fault(
        "service killed before the sign-in",
        processes.service_killed_before,
        "home",
        deadline_ms=2 * UNHURRIED_MS,
        logs=("The service ended unexpectedly: restarting it",),
    ),
    Fault(
        "service killed before the reply",
        processes.service_killed_at_a_request,
        "form",
        LOST,
        logs=("The service ended unexpectedly: restarting it",),
    ),
    Fault("service killed during the reply", processes.mortal_service("during the reply"), "form", LOST),
    Fault("service killed after the reply", processes.mortal_service("after the reply"), "degraded", UNREACHABLE),
    Fault(
        "proxy killed before the sign-in",
        processes.proxy_killed_before,
        "home",
        deadline_ms=UNHURRIED_MS,
        logs=("The proxy ended unexpectedly: restarting it",),
    ),
    Fault(
        "proxy killed before the reply",
        processes.proxy_killed,
        "form",
        LOST,
        logs=("The proxy ended unexpectedly: restarting it",),
    ),
    Fault("wall clock set back, then an answer", clock_set_back(healthy), "home"),
    Fault("wall clock set back, then silence", clock_set_back(sending_then_silent()), "form", LATE),
    Fault("closed in the midst", processes.in_the_midst(processes.close), "closed"),
    *(
        Fault(
            f"{number.name} in the midst",
            processes.signalled(number),
            "closed",
            exit_code=128 + number,
            run=run_apart,
        )
        for number in (signal.SIGINT, signal.SIGTERM)
    ),
    Fault(
        "an exception in the load",
        processes.program_at_fault,
        "form",
        FAULT_OF_THE_PROGRAM,
        logs=("Task exception was never retrieved",),
    ),
    *(
        Fault(
            f"an exception in a {trouble}",
            processes.troubled(trouble),
            "home",
            FAULT_OF_THE_PROGRAM,
            deadline_ms=UNHURRIED_MS,
            logs=("RuntimeError: trouble that nobody expected",),
            run=run_apart,
        )
        for trouble in processes.TROUBLES
    ),
)
"""Every fault."""
