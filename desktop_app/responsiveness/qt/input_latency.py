"""From an input to the paint that answers it, for the widgets that ask for it, and the paints of their windows.

An event filter on these objects, and on nothing else. It leaves inputs to whom they are for: a filter that hands them
on itself, to see their handling end, would keep them from the filters that were there before. The end is seen by an
event that is posted meanwhile, which the event loop serves next, or by the next input. Only a window's own
UpdateRequest, which Qt paints it for and nobody else waits for, is sent on from within the filter, and timed exactly.
"""

from __future__ import annotations

import weakref
from collections import deque
from dataclasses import dataclass, field

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QInputEvent
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override
from desktop_app.responsiveness.clock import Clock, monotonic_ns
from desktop_app.responsiveness.inputs import InputStatistics, made_at_ns
from desktop_app.responsiveness.journal import InputMark, Journal, Kind, Span
from desktop_app.responsiveness.qt.monitor import FreezeMonitor

NAMES = {QEvent.Type.KeyPress: "key", QEvent.Type.MouseButtonRelease: "click"}
"""The events that change what a widget shows: a key goes down, a click is complete."""
SERVED = QEvent.Type(QEvent.registerEventType())
MOST_UNANSWERED = 1000
"""Inputs of a widget that wait for a paint; one more than that is not counted."""


@dataclass(slots=True)
class _Given:
    """An input that a widget was given."""

    name: str
    at_ns: int
    delivered_ns: int
    is_expected: bool


@dataclass(slots=True)
class _Watched:
    """A widget that opted in."""

    expected: deque[int] = field(default_factory=deque)
    unanswered: list[_Given] = field(default_factory=list)
    answered: list[_Given] = field(default_factory=list)
    """By a paint that goes on."""

    @property
    def is_waiting(self) -> bool:
        return bool(self.expected) or any(given.is_expected for given in (*self.unanswered, *self.answered))


class InputWatch(QObject):
    """Pairs each input of the widgets that opt in with the first paint after its handling, and times both.

    The latency counts from when the person made the input, not from when it was delivered: the difference is just
    what a frozen program costs the person. When that was the platform says, as far as it can be trusted
    (`made_at_ns`), or whoever expects the input. Inputs of a widget are expected in the order in which they are
    delivered.

    A widget is painted after each input, even if nothing in it has changed: the paint is the next one that a change
    would have been in, as in the web's INP. A widget that its input has hidden does not answer it, and the input is
    not counted. All of it belongs to the GUI thread, but for `expect`.

    Args:
        journal: Where inputs, and the time for handling and painting them, are written; None: nowhere.
        clock: What the due times are on.
        parent: Its owner.
    """

    answered = Signal(object)
    """An expected input was answered by a paint, this many nanoseconds after it was due."""

    def __init__(
        self, journal: Journal | None = None, clock: Clock = monotonic_ns, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.statistics = InputStatistics()
        """Of all inputs that were answered."""
        self._journal = journal or Journal(1)
        self._clock = clock
        self._watched: dict[int, _Watched] = {}
        """By their addresses, as long as they are there: a reference would keep a widget that nobody else has."""
        self._windows: dict[int, None] = {}
        self._filtered: weakref.WeakSet[QWidget] = weakref.WeakSet()
        self._handling: tuple[_Watched, QObject, str, int] | None = None
        """What is being handled: its widget, the input's name, and since when."""
        self._is_painting = False
        """Whether a window is being painted."""
        self._is_awaiting_served = False

    def watch(self, *widgets: QWidget) -> None:
        """Take these in; each once."""
        for widget in widgets:
            if _address(widget) not in self._watched:
                self._watched[_address(widget)] = _Watched()
                self._filter(widget)

    def watch_paints(self, window: QWidget) -> None:
        """Time each painting of this top-level widget, with all that is in it.

        What the system wants to be painted anew, as when the window is first shown, is not timed.
        """
        if _address(window) not in self._windows:
            self._windows[_address(window)] = None
            self._filter(window)

    def unwatch(self) -> None:
        """Cease to watch any of them, and forget what is not answered."""
        for each in self._filtered:
            if shiboken6.isValid(each):
                each.removeEventFilter(self)
        self._filtered.clear()
        self._watched.clear()
        self._windows.clear()
        self._handling = None

    def expect(self, widget: QWidget, due_ns: int) -> None:
        """Say that an input is on its way to a widget that is watched; any thread."""
        self._watched[_address(widget)].expected.append(due_ns)

    @property
    def is_waiting(self) -> bool:
        """Whether an expected input is not answered yet."""
        return any(watched.is_waiting for watched in self._watched.values())

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.UpdateRequest and _address(watched) in self._windows:
            return self._paint(watched, event)
        entry = self._watched.get(_address(watched))
        if entry is None:
            return False
        if kind in NAMES and isinstance(event, QInputEvent):
            self._take(entry, watched, NAMES[kind], event.timestamp())
        elif kind == QEvent.Type.Paint and entry.unanswered and not self._is_handling(entry):
            entry.answered += entry.unanswered
            entry.unanswered.clear()
            self._await_served()
        return False

    @override
    def customEvent(self, event: QEvent) -> None:
        if event.type() == SERVED:
            self._is_awaiting_served = False
            self._end_handling()
            self._answer_painted(self._clock())

    def _filter(self, widget: QWidget) -> None:
        # Not bound to this watch, which may be gone before the widget is.
        address, watched, windows = _address(widget), self._watched, self._windows
        if widget not in self._filtered:
            widget.destroyed.connect(lambda: _forget(address, watched, windows))
            widget.installEventFilter(self)
            self._filtered.add(widget)

    def _take(self, entry: _Watched, widget: QObject, name: str, stamp_ms: int) -> None:
        self._end_handling()
        now_ns = self._clock()
        if len(entry.unanswered) < MOST_UNANSWERED:
            is_expected = bool(entry.expected)
            at_ns = entry.expected.popleft() if is_expected else made_at_ns(stamp_ms, now_ns)
            entry.unanswered.append(_Given(name, at_ns, now_ns, is_expected))
        self._handling = (entry, widget, name, now_ns)
        self._await_served()

    def _is_handling(self, entry: _Watched) -> bool:
        """Tell whether a paint comes too early to show what was done: a button is painted up before its slots run."""
        return self._handling is not None and self._handling[0] is entry

    def _paint(self, window: QObject, event: QEvent) -> bool:
        """Have a window painted, and take the time; whether it is done, for the filter."""
        if self._is_painting:
            return False
        self._is_painting = True
        start_ns = self._clock()
        try:
            QCoreApplication.sendEvent(window, event)
        finally:
            self._is_painting = False
            end_ns = self._clock()
            self._journal.add(Span(Kind.PAINT, start_ns, end_ns))
            self._answer_painted(end_ns)
        return True

    def _await_served(self) -> None:
        if not self._is_awaiting_served:
            self._is_awaiting_served = True
            QCoreApplication.postEvent(self, QEvent(SERVED), Qt.EventPriority.HighEventPriority.value)

    def _end_handling(self) -> None:
        """End what is being handled: the event loop has gone on."""
        if self._handling is not None:
            (entry, widget, name, start_ns), self._handling = self._handling, None
            self._journal.add(Span(Kind.INPUT, start_ns, self._clock(), name))
            if entry.unanswered:
                _have_painted(entry, widget)

    def _answer_painted(self, now_ns: int) -> None:
        for entry in tuple(self._watched.values()):
            answered, entry.answered = entry.answered, []
            for given in answered:
                self._answer(given, now_ns)

    def _answer(self, given: _Given, painted_ns: int) -> None:
        mark = InputMark(given.name, given.at_ns, given.delivered_ns, painted_ns)
        self._journal.add(mark)
        self.statistics.add(mark)
        if given.is_expected:
            self.answered.emit(painted_ns - given.at_ns)


def watch_inputs(*widgets: QWidget) -> None:
    """Have whoever watches this program time the keys and clicks of these; nobody watching: do nothing.

    They are written to the journal of the monitor that was attached last, as long as the widgets are there: what
    ``desktop-app watch`` tells of them is in its trace, its report and its summary. The GUI thread.
    """
    monitor = FreezeMonitor.attached()
    application = QCoreApplication.instance()
    if monitor is None or application is None:
        return
    # One for all: an input ends the handling of the one before, in whichever widget that was.
    for each in application.findChildren(_OptedIn, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if each.monitor() is monitor:
            each.watch(*widgets)
            return
        if each.monitor() is None:
            each.unwatch()
            each.deleteLater()
    _OptedIn(monitor, application).watch(*widgets)


class _OptedIn(InputWatch):
    """The widgets that a program has named to the monitor that it is watched by.

    Args:
        monitor: That.
        application: Owns this.
    """

    def __init__(self, monitor: FreezeMonitor, application: QCoreApplication) -> None:
        super().__init__(monitor.journal, monitor.clock, application)
        self.monitor = weakref.ref(monitor)


def _address(widget: QObject) -> int:
    """Tell widgets apart, whichever Python object stands for them."""
    address: int = shiboken6.getCppPointer(widget)[0]
    return address


def _forget(address: int, watched: dict[int, _Watched], windows: dict[int, None]) -> None:
    """Forget a widget that is destroyed: another one may get its address."""
    watched.pop(address, None)
    windows.pop(address, None)


def _have_painted(entry: _Watched, widget: QObject) -> None:
    if shiboken6.isValid(widget) and isinstance(widget, QWidget) and widget.isVisible():
        widget.update()
    else:
        entry.unanswered.clear()
