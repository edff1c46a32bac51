"""What a journal's entries are as events of Chrome's trace event format, one after another, in bounded memory.

The format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU. An entry is known when it
has ended, so events are not sorted by time; the format allows that.
"""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Freeze, Stack
from desktop_app.responsiveness.journal import Entry, InputMark, Kind, Lane, Span
from desktop_app.responsiveness.verdict import verdict_of

Event: TypeAlias = dict[str, object]
"""Its times (``ts``, ``dur``) are nanoseconds until it is `encoded`."""

_JSON = json.JSONEncoder(separators=(",", ":"), check_circular=False)
_TIMES = ("ts", "dur")

MOST_REMEMBERED = 256
"""Of the blocks on the GUI thread's lane, and of the groups that share a row."""


@dataclass(frozen=True, slots=True)
class Lag:
    """How late the GUI thread served an event, and when it did; in nanoseconds."""

    at_ns: int
    lag_ns: int


def encoded(event: Event) -> bytes:
    """Give an event as JSON, its times as microseconds with every nanosecond.

    A number that is not whole would lose some in floating point after some months of uptime.
    """
    return ("{" + ",".join([_member(key, value) for key, value in event.items()]) + "}").encode("ascii")


def _member(key: str, value: object) -> str:
    if type(value) is not int:
        return f'"{key}":{_JSON.encode(value)}'
    return f'"{key}":{value // 1000}.{value % 1000:03d}' if key in _TIMES else f'"{key}":{value}'


class Nesting:
    """Tells which blocks can stand on one lane together: those that enclose one another, or have nothing in common.

    Two that start at one time cannot, as viewers do not agree which of them encloses the other. It remembers the last
    `MOST_REMEMBERED`, and refuses what reaches back to before these.
    """

    def __init__(self) -> None:
        self._blocks: deque[tuple[int, int]] = deque()
        self._forgotten_until_ns = self._last_start_ns = self._end_ns = -1

    def takes(self, start_ns: int, end_ns: int) -> bool:
        """Tell whether a block can stand there, too; if so it does from now on."""
        is_after_all = start_ns >= self._end_ns and start_ns > self._last_start_ns
        if not is_after_all and not self._fits(start_ns, end_ns):
            return False
        self._blocks.append((start_ns, end_ns))
        self._last_start_ns = max(self._last_start_ns, start_ns)
        self._end_ns = max(self._end_ns, end_ns)
        if len(self._blocks) > MOST_REMEMBERED:
            self._forgotten_until_ns = max(self._forgotten_until_ns, self._blocks.popleft()[1])
        return True

    def _fits(self, start_ns: int, end_ns: int) -> bool:
        return start_ns > self._forgotten_until_ns and all(
            (start_ns != start)
            and (end_ns <= start or end <= start_ns or (end_ns <= end if start < start_ns else end <= end_ns))
            for start, end in self._blocks
        )


class TraceEvents:
    """Turns entries into events, in the order in which they come; one thread.

    Args:
        process_id: The program's.
        thread_id: Its GUI thread's; the lanes beside it have the numbers behind.
    """

    def __init__(self, process_id: int, thread_id: int) -> None:
        self._process_id = process_id
        self._threads = {lane: thread_id + index for index, lane in enumerate(Lane)}
        self._input_thread = thread_id + len(Lane)
        self._overrun_thread = thread_id + len(Lane) + 1
        self._gui = Nesting()
        self._overruns = Nesting()
        self._rows: OrderedDict[tuple[Lane, int], tuple[int, int]] = OrderedDict()
        self._last_id = 0

    def names(self, program: str) -> list[Event]:
        """Name the process and the lanes, and order these."""
        names = {
            self._threads[Lane.GUI]: "GUI thread",
            self._threads[Lane.TASKS]: "asyncio tasks",
            self._threads[Lane.NETWORK]: "network",
            self._threads[Lane.DATABASE]: "database",
            self._input_thread: "inputs",
            self._overrun_thread: "frame overruns",
        }
        events = [self._event("M", "process_name", self._threads[Lane.GUI], 0, args={"name": _text(program)})]
        for index, (thread_id, name) in enumerate(names.items()):
            events.append(self._event("M", "thread_name", thread_id, 0, args={"name": name}))
            events.append(self._event("M", "thread_sort_index", thread_id, 0, args={"sort_index": index}))
        return events

    def dropped(self, count: int) -> Event:
        """Tell how many entries are missing."""
        return self._event(
            "M", "process_labels", self._threads[Lane.GUI], 0, args={"labels": f"{count} entries were dropped"}
        )

    def of(self, entry: Entry | Lag) -> Iterator[Event]:
        """Give the events that an entry is."""
        match entry:
            case Lag():
                yield self._event(
                    "C", "event-loop lag", self._threads[Lane.GUI], entry.at_ns, args={"ms": entry.lag_ns / NS_PER_MS}
                )
            case InputMark():
                yield from self._input(entry)
            case Freeze(is_lasting=True):
                # It is told again when it has ended, if the program lives to see that.
                args = _freeze_args(entry)
                name, at_ns = f"still {_freeze_name(entry)}", entry.end_ns
                yield self._event("i", name, self._threads[Lane.GUI], at_ns, cat="freeze", s="t", args=args)
            case Freeze():
                category = "freeze" if entry.cause.is_of_the_program else "not the program"
                yield from self._block(
                    category, _freeze_name(entry), entry.start_ns, entry.end_ns, _freeze_args(entry)
                )
            case Span():
                args = {"name": _text(entry.name)} if entry.name else {}
                lane = entry.kind.lane
                if entry.kind is Kind.OVERRUN:
                    yield from self._overrun(_text(entry.name) or "overrun", entry.start_ns, entry.end_ns)
                elif lane is Lane.GUI:
                    yield from self._block("gui", entry.kind.value, entry.start_ns, entry.end_ns, args)
                else:
                    name = _text(entry.name) if lane is Lane.TASKS and entry.name else entry.kind.value
                    row = self._row(lane, entry.group, entry.start_ns, entry.end_ns)
                    yield from self._pair(
                        lane.value, name, row, self._threads[lane], entry.start_ns, entry.end_ns, args
                    )

    def _block(
        self, category: str, name: str, start_ns: int, end_ns: int, args: dict[str, object]
    ) -> Iterator[Event]:
        """Give something that the GUI thread did: on its lane, or on a row of its own if it would cross another."""
        thread_id = self._threads[Lane.GUI]
        start_ns, end_ns = _ordered(start_ns, end_ns)
        if self._gui.takes(start_ns, end_ns):
            yield self._event("X", name, thread_id, start_ns, dur=end_ns - start_ns, cat=category, args=args)
        else:
            yield from self._pair(category, name, self._new_id(), thread_id, start_ns, end_ns, args)

    def _overrun(self, name: str, start_ns: int, end_ns: int) -> Iterator[Event]:
        start_ns, end_ns = _ordered(start_ns, end_ns)
        if self._overruns.takes(start_ns, end_ns):
            yield self._event("X", name, self._overrun_thread, start_ns, dur=end_ns - start_ns, cat="overrun")
        else:
            yield from self._pair("overrun", name, self._new_id(), self._overrun_thread, start_ns, end_ns, {})

    def _pair(
        self, category: str, name: str, row: int, thread_id: int, start_ns: int, end_ns: int, args: dict[str, object]
    ) -> Iterator[Event]:
        start_ns, end_ns = _ordered(start_ns, end_ns)
        more = {"args": args} if args else {}
        yield self._event("b", name, thread_id, start_ns, cat=category, id=row, **more)
        yield self._event("e", name, thread_id, end_ns, cat=category, id=row)

    def _input(self, mark: InputMark) -> Iterator[Event]:
        at_ns, painted_ns = _ordered(mark.at_ns, mark.painted_ns)
        delivered_ns = min(max(mark.delivered_ns, at_ns), painted_ns)
        name, row, thread_id = _text(mark.name), self._new_id(), self._input_thread
        args: dict[str, object] = {
            "input delay, ms": (delivered_ns - at_ns) / NS_PER_MS,
            "input to next paint, ms": (painted_ns - at_ns) / NS_PER_MS,
        }
        yield self._event("i", name, self._threads[Lane.GUI], at_ns, cat="input", s="t")
        yield self._event("b", f"{name} to paint", thread_id, at_ns, cat="input", id=row, args=args)
        yield from self._pair("input", "input delay", row, thread_id, at_ns, delivered_ns, {})
        yield self._event("e", f"{name} to paint", thread_id, painted_ns, cat="input", id=row)

    def _row(self, lane: Lane, group: int, start_ns: int, end_ns: int) -> int:
        """Find the row of a group: what is over before the next begins shares it, what crosses does not."""
        start_ns, end_ns = _ordered(start_ns, end_ns)
        row, until_ns = self._rows.pop((lane, group), (0, 0))
        if not row or start_ns < until_ns:
            row = self._new_id()
        self._rows[lane, group] = row, end_ns
        if len(self._rows) > MOST_REMEMBERED:
            self._rows.popitem(last=False)
        return row

    def _new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _event(self, phase: str, name: str, thread_id: int, at_ns: int, **more: object) -> Event:
        return {"ph": phase, "name": name, "pid": self._process_id, "tid": thread_id, "ts": max(0, at_ns), **more}


def _ordered(start_ns: int, end_ns: int) -> tuple[int, int]:
    start_ns = max(0, start_ns)
    return start_ns, max(start_ns, end_ns)


def _freeze_name(freeze: Freeze) -> str:
    what = "frozen" if freeze.cause.is_of_the_program else freeze.cause.value
    return f"{what}: {_text(str(freeze.culprit.frame))}" if freeze.culprit else what


def _freeze_args(freeze: Freeze) -> dict[str, object]:
    verdict = verdict_of(freeze)
    args: dict[str, object] = {
        "cause": freeze.cause.value,
        "verdict": _text(verdict.text),
        "fix": _text(verdict.fix),
        "late sample": freeze.is_late_sample,
        "before the event loop": freeze.is_startup,
        "not scheduled, ms": freeze.not_scheduled_ns / NS_PER_MS,
    }
    if freeze.culprit is not None:
        args["culprit"] = _text(f"{freeze.culprit} of the samples")
        args["file"] = _text(freeze.culprit.frame.file)
        args["line"] = freeze.culprit.frame.line
    if freeze.task is not None:
        args["task"] = _text(freeze.task.name)
        args["awaits"] = _lines(freeze.task.awaits)
    args["stacks"] = [{"samples": each.count, "stack": _lines(each.stack)} for each in freeze.stacks]
    return args


def _lines(stack: Stack) -> list[str]:
    """Give a stack's lines, the outermost first."""
    return [_text(f"{frame.function} ({frame.file}:{frame.line})") for frame in stack]


def _text(text: str) -> str:
    """Give what every reader of JSON can decode: a path may hold half a character."""
    return text.encode("utf-8", "replace").decode("utf-8")
