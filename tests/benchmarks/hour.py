"""``python -m tests.benchmarks.hour RUNS``: make an hour's recording, paint stretches of it, print what that took."""

from __future__ import annotations

import gc
import json
import os
import random
import sys
import time
from collections.abc import Iterator

from PySide6.QtGui import QFont, QGuiApplication, QImage, QPainter

from desktop_app.responsiveness.events import Cause, Freeze
from desktop_app.responsiveness.execution import lay_out
from desktop_app.responsiveness.execution_colors import LIGHT_FIGURE
from desktop_app.responsiveness.journal import Entry, InputMark, Kind, Span
from desktop_app.responsiveness.qt.execution_painter import FigurePainter
from desktop_app.responsiveness.track import Track
from desktop_app.responsiveness.window_of_time import View

MS = 1_000_000
S = 1000 * MS
HOUR = 3600 * S
WIDTH, HEIGHT = 1600, 400
STRETCHES = {"an hour": HOUR, "ten minutes": 600 * S, "a minute": 60 * S, "ten seconds": 10 * S, "a second": S}


def hour(seed: int = 7) -> list[Entry]:
    """Make up an hour: it is worked with in bouts, and something is on its way nearly always."""
    chance = random.Random(seed)
    made = [*_paints(chance), *_inputs(chance), *_requests(chance), *_tasks(chance), *_freezes(chance)]
    return sorted(made, key=lambda each: each.painted_ns if isinstance(each, InputMark) else each.end_ns)


def _paints(chance: random.Random) -> Iterator[Entry]:
    at = 0
    while at < HOUR:
        yield Span(Kind.PAINT, at, at + chance.randrange(MS // 2, 6 * MS))
        at += 50 * MS if chance.random() < 0.9 else chance.randrange(8 * MS, 400 * MS)


def _inputs(chance: random.Random) -> Iterator[Entry]:
    at = 0
    while at < HOUR:
        delivered = at + chance.randrange(MS)
        handled = delivered + chance.randrange(MS // 5, 4 * MS)
        yield Span(Kind.INPUT, delivered, handled)
        yield InputMark(chance.choice(("key", "click")), at, delivered, handled + chance.randrange(16 * MS))
        at += chance.randrange(60 * MS, 300 * MS) if chance.random() < 0.98 else chance.randrange(20 * S)


def _requests(chance: random.Random) -> Iterator[Entry]:
    for number in range(12_000):
        at = chance.randrange(HOUR)
        name = chance.choice(("GET /preferences", "POST /session", "GET /health"))
        for kind, longest in ((Kind.CONNECT, 5), (Kind.SEND, 1), (Kind.WAIT, 900), (Kind.RECEIVE, 20)):
            end = at + chance.randrange(MS // 10, longest * MS)
            yield Span(kind, at, end, name, number + 1)
            if kind is Kind.WAIT:
                yield Span(Kind.DATABASE, at + (end - at) // 4, end - (end - at) // 4, name, number + 1)
            at = end


def _tasks(chance: random.Random) -> Iterator[Entry]:
    for number in range(70_000):
        at = chance.randrange(HOUR)
        yield Span(Kind.TASK, at, at + chance.randrange(MS, 900 * MS), f"task {number % 40}", 100_000 + number)


def _freezes(chance: random.Random) -> Iterator[Entry]:
    at = 0
    while at < HOUR:
        at += chance.randrange(S, 10 * S)
        end = at + round(chance.lognormvariate(4.6, 0.9) * MS)
        yield Freeze(at, end, chance.choice((Cause.WAITING, Cause.COMPUTING, Cause.NOT_SCHEDULED)))
        at = end


def main(runs: int) -> None:
    """Measure, and print the figures as JSON."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    QGuiApplication(["hour"])
    entries = hour()
    tracks, additions_us = [Track("live", 0, 1), Track("live", 0, 1)], []
    for track in tracks:
        began_ns = time.perf_counter_ns()
        for entry in entries:
            track.add(entry)
        additions_us.append((time.perf_counter_ns() - began_ns) / len(entries) / 1000)
    # What making the recording has left to be collected is not the drawing's.
    gc.collect()
    painter = FigurePainter(LIGHT_FIGURE, QFont(), 11)
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    chance, paints_ms = random.Random(1), {}
    for name, length_ns in STRETCHES.items():
        paints_ms[name] = [_paint(tracks[:1], length_ns, chance, painter, image) for _ in range(runs + 1)][1:]
    print(json.dumps({"entries": len(entries), "paints_ms": paints_ms, "additions_us": additions_us}))


def _paint(
    tracks: list[Track], length_ns: int, chance: random.Random, figure_painter: FigurePainter, image: QImage
) -> float:
    start_ns = chance.randrange(HOUR - length_ns + 1)
    began_ns = time.thread_time_ns()
    figure = lay_out(tracks, View(start_ns, start_ns + length_ns), WIDTH, figure_painter.measure)
    painter = QPainter(image)
    figure_painter.paint(painter, figure)
    painter.end()
    return (time.thread_time_ns() - began_ns) / MS


if __name__ == "__main__":
    main(int(sys.argv[1]))
