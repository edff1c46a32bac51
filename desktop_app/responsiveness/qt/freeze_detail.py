"""All that is known of one freeze, or of what held a frame: what it means, what to write instead, where it was."""

from __future__ import annotations

import linecache
import re
import textwrap

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.overriding import override
from desktop_app.responsiveness.events import Frame, Freeze, RunningTask
from desktop_app.responsiveness.freezes import RepeatedFreeze
from desktop_app.responsiveness.overruns import RepeatedOverrun, place_of_overrun
from desktop_app.responsiveness.qt.code_view import MARK, CodeView
from desktop_app.responsiveness.qt.freeze_words import (
    facts_in_words,
    one_line,
    overrun_facts_in_words,
    overrun_verdict_in_words,
    place_in_words,
)
from desktop_app.responsiveness.verdict import Verdict, verdict_of

LINES_AROUND = 4
"""Of source, before and after the one in which it was."""
MOST_STACKS = 3
BREAK = re.compile(r"([_./\\])")
LONG_WORD = 30
"""What has more characters may be wider than there is room for."""


class FreezeDetail(QScrollArea):
    """Shows a freeze or an overrun, or in plain words that there is none; everything in it is plain text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.freeze: Freeze | None = None
        self.overrun: RepeatedOverrun | None = None
        self._repeated: RepeatedFreeze | None = None
        self._time_text = ""
        self.culprit, self.facts = _label("culprit"), _label("facts")
        self.verdict, self.task = _label(""), _label("facts")
        self.nothing = _label("muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.fix_title, self.source_title, self.stack_title = _label("section"), _label("section"), _label("section")
        self.fix, self.source, self.stack = CodeView(wraps=True), CodeView(), CodeView()
        self.copy_fix, self.all_frames = _small_button(), _small_button()
        self.copy_fix.clicked.connect(self._on_copy_clicked)
        self.all_frames.setCheckable(True)
        self.all_frames.toggled.connect(self._show_stack)
        self.setProperty("role", "freeze")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._lay_out()
        self.show_freeze(None)
        self._retranslate()

    def _lay_out(self) -> None:
        self._known = QWidget()
        known = QVBoxLayout(self._known)
        known.setContentsMargins(0, 0, 0, 0)
        known.setSpacing(6)
        for part in (self.culprit, self.facts, self.verdict):
            known.addWidget(part)
        known.addLayout(_row(self.fix_title, self.copy_fix))
        known.addWidget(self.fix)
        known.addWidget(self.task)
        known.addWidget(self.source_title)
        known.addWidget(self.source)
        known.addLayout(_row(self.stack_title, self.all_frames))
        known.addWidget(self.stack)
        known.addStretch(1)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(4, 0, 8, 0)
        column.addWidget(self._known, 1)
        column.addWidget(self.nothing, 1)
        self.setWidget(body)

    def set_mark_color(self, color: str) -> None:
        """Take the background of a line that is marked, as ``#rrggbb``; after the style sheet."""
        self.source.set_mark_color(color)

    def show_freeze(self, freeze: Freeze | None, repeated: RepeatedFreeze | None = None, time_text: str = "") -> None:
        """Show a freeze, and what is known of its place; None: that there is none."""
        is_another = freeze is not self.freeze
        self.freeze, self.overrun, self._repeated, self._time_text = freeze, None, repeated, time_text
        self._show()
        if is_another:
            self._begin_anew()

    def show_overrun(self, overrun: RepeatedOverrun, time_text: str = "") -> None:
        """Show callbacks that held a frame from one place."""
        before = self.overrun
        self.freeze, self.overrun, self._repeated, self._time_text = None, overrun, None, time_text
        self._show()
        if before is None or place_of_overrun(before.longest) != place_of_overrun(overrun.longest):
            self._begin_anew()

    def _begin_anew(self) -> None:
        self.copy_fix.setText(self.tr("Copy"))
        self.verticalScrollBar().setValue(0)

    def _show(self) -> None:
        freeze, overrun = self.freeze, self.overrun
        is_nothing = freeze is None and overrun is None
        self._known.setVisible(not is_nothing)
        self.nothing.setVisible(is_nothing)
        if freeze is not None:
            self.culprit.setText(_breakable(place_in_words(freeze)))
            self.facts.setText(facts_in_words(freeze, self._repeated, self._time_text))
            self._show_meaning(verdict_of(freeze), freeze.task)
            self._show_source(freeze.culprit.frame if freeze.culprit else None)
            self._show_stack()
        elif overrun is not None:
            longest = overrun.longest
            task = RunningTask(longest.task if longest.is_named else longest.coroutine, longest.awaits)
            self.culprit.setText(_breakable(one_line(str(longest))))
            self.facts.setText(overrun_facts_in_words(overrun, self._time_text))
            self._show_meaning(overrun_verdict_in_words(overrun), task if longest.task else None)
            self._show_source(longest.frame if longest.frame.file else None)
            self._show_stack()

    def _show_meaning(self, verdict: Verdict, task: RunningTask | None) -> None:
        self.verdict.setText(_breakable(verdict.text))
        for part in (self.fix_title, self.copy_fix, self.fix):
            part.setVisible(bool(verdict.fix))
        self.fix.show_lines(verdict.fix.splitlines())
        self.task.setVisible(task is not None)
        if task is not None:
            self.task.setText(_breakable(self.tr("Task: {task}").format(task=_task_in_words(task))))

    def _show_source(self, frame: Frame | None) -> None:
        self.source_title.setVisible(frame is not None)
        self.source.setVisible(frame is not None)
        if frame is None:
            return
        lines, marked_index = source_around(frame)
        place = one_line(f"{frame.file}:{frame.line}")
        self.source.show_lines([place, *(lines or [self.tr("There is no source of it here.")])], marked_index)

    def _show_stack(self) -> None:
        freeze, show_all = self.freeze, self.all_frames.isChecked()
        stacks = freeze.stacks if freeze is not None else ()
        for part in (self.stack_title, self.all_frames, self.stack):
            part.setVisible(bool(stacks))
        if not stacks:
            return
        total = sum(each.count for each in stacks)
        lines: list[str] = []
        for each in stacks[:MOST_STACKS]:
            frames = [frame for frame in each.stack if show_all or frame.is_own]
            # Where nothing is the program's own, all of it is better than nothing.
            lines.append(self.tr("{count} of {total} samples:").format(count=each.count, total=total))
            lines += [f"  {_frame_in_words(frame)}" for frame in frames or each.stack]
        self.stack.show_lines(lines)

    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.fix.toPlainText())
        self.copy_fix.setText(self.tr("Copied"))

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self._show()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        self.fix_title.setText(self.tr("Instead"))
        self.copy_fix.setText(self.tr("Copy"))
        self.source_title.setText(self.tr("Source"))
        self.stack_title.setText(self.tr("Stack, the innermost call last"))
        self.all_frames.setText(self.tr("All frames"))
        self.all_frames.setToolTip(self.tr("Also show those of Qt, Python and installed packages"))
        self.nothing.setText(
            self.tr(
                "Nothing has frozen this window for 50 ms or longer so far. What does will be listed here, with the"
                " code that it was in."
            )
        )
        for view, title in (
            (self.fix, self.fix_title),
            (self.source, self.source_title),
            (self.stack, self.stack_title),
        ):
            view.setAccessibleName(title.text())


def source_around(frame: Frame) -> tuple[list[str], int | None]:
    """Give the lines around a frame's with their numbers, and which one is marked once a heading precedes them."""
    lines = linecache.getlines(frame.file)
    if not 0 < frame.line <= len(lines):
        return [], None
    first, last = max(1, frame.line - LINES_AROUND), min(len(lines), frame.line + LINES_AROUND)
    shown = textwrap.dedent("\n".join(one_line(line.expandtabs(4)).rstrip() for line in lines[first - 1 : last]))
    numbered = [
        f"{MARK if number == frame.line else '  '}{number:>4} {line}"
        for number, line in enumerate(shown.split("\n"), first)
    ]
    return numbered, frame.line - first + 1


def _frame_in_words(frame: Frame) -> str:
    return one_line(f"{frame}  {frame.call}".rstrip())


def _task_in_words(task: RunningTask) -> str:
    return one_line(": ".join(filter(None, (task.name, " → ".join(str(frame) for frame in task.awaits)))))


def _breakable(text: str) -> str:
    """Let lines also break within long names, which would be cut off otherwise; others are copied as they are."""
    return " ".join(
        re.sub(r"([_./\\\\])", "\\1\u200b", word) if len(word) > LONG_WORD else word for word in text.split(" ")
    )


def _label(role: str) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("role", role)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label


def _small_button() -> QPushButton:
    button = QPushButton()
    button.setProperty("role", "small")
    button.setAutoDefault(False)
    return button


def _row(title: QLabel, button: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(title, 1)
    row.addWidget(button)
    return row
