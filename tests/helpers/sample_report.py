"""Reports of runs that never were: with a bit of everything, with nothing, and of an hour."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Cause, CountedStack, Culprit, Frame, Freeze, RunningTask
from desktop_app.responsiveness.freezes import FreezeLog
from desktop_app.responsiveness.inputs import InputStatistics
from desktop_app.responsiveness.journal import Entry, InputMark, Kind, Span
from desktop_app.responsiveness.lag import LagHistogram
from desktop_app.responsiveness.report import Report

START_NS = 86_400_000 * NS_PER_MS
MAIN = Frame("/home/me/gallery/gallery.py", 112, "<module>", "main()", is_own=True)
SLOT = Frame("/home/me/gallery/gallery.py", 87, "on_open_clicked", "self.load_image(path)", is_own=True)
SLEEP = Frame("/home/me/gallery/gallery.py", 41, "load_image", "time.sleep(0.25)", is_own=True)
QUERY = Frame(
    "/home/me/gallery/store.py", 19, "favourites", 'connection.execute("SELECT * FROM favourites")', is_own=True
)
READ = Frame("/usr/lib/python3.11/ssl.py", 1166, "read", "self._sslobj.read(len, buffer)")
PAINT = Frame("/home/me/gallery/thumbnail_grid.py", 203, "paintEvent", "self._scaled(each)", is_own=True)


def freeze_of(
    at_ms: float,
    duration_ms: float,
    cause: Cause,
    *frames: Frame,
    share: float = 1.0,
    task: RunningTask | None = None,
) -> Freeze:
    """Make a freeze whose last frame of the program's own is its culprit."""
    own = [frame for frame in frames if frame.is_own]
    stacks = (CountedStack(frames, 23), CountedStack(frames[:-1], 2)) if frames else ()
    start_ns = START_NS + int(at_ms * NS_PER_MS)
    return Freeze(
        start_ns,
        start_ns + int(duration_ms * NS_PER_MS),
        cause,
        Culprit(own[-1], share) if own else None,
        task,
        stacks,
    )


def report_of(entries: list[Entry], duration_ms: float, program: str = "gallery.py", *arguments: str) -> Report:
    """Make the report of a run in which these were all that happened."""
    log, apart, lag = FreezeLog(), FreezeLog(), LagHistogram()
    freezes = [each for each in entries if isinstance(each, Freeze)]
    own = [each for each in freezes if each.cause.is_of_the_program]
    for each in freezes:
        (log if each.cause.is_of_the_program else apart).add(each)
        lag.add(each.duration_ns)
    for index in range(1000):
        lag.add(80_000 + 997 * index)
    return Report(
        program=program,
        arguments=arguments,
        started_at=datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
        start_ns=START_NS,
        end_ns=START_NS + int(duration_ms * NS_PER_MS),
        budget_ms=250,
        frozen_ns=sum(each.duration_ns for each in own),
        longest_ns=max((each.duration_ns for each in own), default=0),
        freeze_count=len(own),
        over_budget_count=sum(each.duration_ns > 250 * NS_PER_MS for each in own),
        apart_ns=sum(each.duration_ns for each in freezes) - sum(each.duration_ns for each in own),
        apart_count=len(freezes) - len(own),
        lag=lag.percentiles(),
        inputs=InputStatistics.of(entries).summary(),
        freezes=log.repeated(),
        apart=apart.repeated(),
        places_left_out=0,
        entries=tuple(entries),
        has_application=True,
        has_event_loop=True,
        is_complete=True,
    )


def rich_report() -> Report:
    """Make a report with freezes of each band, tasks, requests, inputs and what was not the program's fault."""
    task = RunningTask("open the gallery", (SLOT, SLEEP))
    entries: list[Entry] = [
        freeze_of(200, 640, Cause.COMPUTING, MAIN),
        freeze_of(6_000, 1_500, Cause.WAITING, MAIN, SLOT, SLEEP, share=0.92, task=task),
        freeze_of(12_000, 260, Cause.WAITING, MAIN, SLOT, SLEEP),
        freeze_of(13_000, 90, Cause.WAITING, MAIN, SLOT, SLEEP),
        freeze_of(17_500, 170, Cause.COMPUTING, MAIN, PAINT),
        freeze_of(18_000, 130, Cause.COMPUTING, MAIN, PAINT),
        freeze_of(22_000, 5_600, Cause.WAITING, MAIN, SLOT, QUERY, READ),
        freeze_of(29_000, 61, Cause.GARBAGE_COLLECTION),
        freeze_of(33_000, 2_100, Cause.NOT_SCHEDULED),
    ]
    entries += [Span(Kind.TASK, START_NS + 5_900 * NS_PER_MS, START_NS + 9_000 * NS_PER_MS, "open the gallery", 1)]
    for index in range(5):
        entries.append(Span(Kind.TASK, *_stretch(8_000 + 700 * index, 2_600), f"thumbnail {index}", 2 + index))
        at_ms = 8_050 + 700 * index
        for kind, length_ms in ((Kind.CONNECT, 120), (Kind.SEND, 30), (Kind.WAIT, 1_400), (Kind.RECEIVE, 500)):
            entries.append(Span(kind, *_stretch(at_ms, length_ms), f"GET /thumbnails/{index}", 20 + index))
            at_ms += length_ms
    entries += [Span(Kind.DATABASE, *_stretch(22_100, 5_400), "favourites", 90)]
    entries += [Span(Kind.PAINT, *_stretch(400 * index, 6), "", 0) for index in range(100)]
    for at_ms, latency_ms in ((1_500, 12), (4_000, 15), (6_400, 1_110), (6_700, 810), (15_000, 9), (17_510, 240)):
        start_ns, painted_ns = _stretch(at_ms, latency_ms)
        entries.append(InputMark("key", start_ns, painted_ns - NS_PER_MS, painted_ns))
    return report_of(entries, 40_000, "gallery.py", "--all", "~/Pictures")


def empty_report() -> Report:
    """Make the report of a run in which nothing was amiss."""
    return report_of([], 12_345, "viewer.py")


def hour_report() -> Report:
    """Make the report of a busy hour: 200,000 entries."""
    chance = random.Random(1)
    entries: list[Entry] = []
    for index in range(60_000):
        at_ms = 60 * index
        entries.append(Span(Kind.PAINT, *_stretch(at_ms, 5)))
        entries.append(Span(Kind.TASK, *_stretch(at_ms, chance.randrange(30, 500)), f"task {index}", index))
        entries.append(Span(Kind.WAIT, *_stretch(at_ms, chance.randrange(20, 200)), "GET /v1", index))
    for index in range(20_000):
        frame = Frame("/home/me/busy.py", index % 150, f"part_{index % 150}", "", is_own=True)
        entries.append(freeze_of(180 * index, chance.randrange(51, 170), Cause.COMPUTING, MAIN, frame))
    return report_of(entries, 3_600_000, "busy.py")


def _stretch(at_ms: float, length_ms: float) -> tuple[int, int]:
    start_ns = START_NS + int(at_ms * NS_PER_MS)
    return start_ns, start_ns + int(length_ms * NS_PER_MS)
