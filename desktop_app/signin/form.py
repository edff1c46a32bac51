"""The sign-in form."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop_app.overriding import override
from desktop_app.resources import icon
from desktop_app.signin.banner import Banner
from desktop_app.signin.failures import described, wait_s, wants_new_password
from desktop_app.signin.labels import plain_label
from desktop_app.signin.theme import Theme

if TYPE_CHECKING:
    from desktop_app.signin.state import Failure

DEMO_EMAIL = "demo@example.com"
DEMO_PASSWORD = "responsive-by-default"  # noqa: S105 - the demo account's, which the form fills in for anybody
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
CARD_WIDTH = 380
COMPACT_WIDTH = 584
_DOWN, _RIGHT = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
LONGEST_INPUT = 1024


class SignInForm(QFrame):
    """Email, password, Sign in. What is plainly wrong is told at the field, before anything is sent."""

    sign_in_requested = Signal(str, str)
    """The person wants to sign in with this email and this password."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._is_busy = self._is_compact = False
        self.heading = plain_label("heading")
        self.banner = Banner("error", "alert")
        self.email_label, self.email, self.email_error = (
            QLabel(),
            QLineEdit(),
            plain_label("field-error", wraps=True),
        )
        self.password_label, self.password = QLabel(), QLineEdit()
        self.password_error = plain_label("field-error", wraps=True)
        self.sign_in = QPushButton()
        self.sign_in.setProperty("role", "primary")
        # Enter presses it too when it has the focus, as after the demo account was filled in.
        self.sign_in.setAutoDefault(True)
        self.demo = QPushButton()
        self.demo.setProperty("role", "quiet")
        self._build_fields()
        self._lay_out()
        self._retranslate()

    def _build_fields(self) -> None:
        self.email_label.setBuddy(self.email)
        self.email.setMaxLength(LONGEST_INPUT)
        self.email.setInputMethodHints(Qt.InputMethodHint.ImhEmailCharactersOnly)
        self.password_label.setBuddy(self.password)
        self.password.setMaxLength(LONGEST_INPUT)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.reveal = QAction(self.password)
        self.reveal.setCheckable(True)
        self.reveal.setShortcut(QKeySequence("Alt+S"))
        self.reveal.toggled.connect(self._show_password)
        self.password.addAction(self.reveal, QLineEdit.ActionPosition.TrailingPosition)
        for field, error in ((self.email, self.email_error), (self.password, self.password_error)):
            field.returnPressed.connect(self._submit)
            field.textEdited.connect(lambda _text, field=field, error=error: _show_field_error(field, error, ""))
            error.hide()
        self.sign_in.clicked.connect(self._submit)
        self.demo.clicked.connect(self._fill_demo_account)

    def _lay_out(self) -> None:
        self._fields, self._buttons = QBoxLayout(_DOWN), QBoxLayout(_DOWN)
        for label, field, error in (
            (self.email_label, self.email, self.email_error),
            (self.password_label, self.password, self.password_error),
        ):
            column = QVBoxLayout()
            column.setSpacing(4)
            for part in (label, field, error):
                column.addWidget(part)
            column.addStretch()
            self._fields.addLayout(column, 1)
        self._fields.setSpacing(12)
        self._buttons.setSpacing(6)
        self._buttons.addWidget(self.sign_in, 1)
        self._buttons.addWidget(self.demo, 1)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(14)
        self._column.addWidget(self.heading)
        self._column.addWidget(self.banner)
        self._column.addLayout(self._fields)
        self._column.addSpacing(4)
        self._column.addLayout(self._buttons)
        self.set_compact(False)
        QWidget.setTabOrder(self.email, self.password)
        QWidget.setTabOrder(self.password, self.sign_in)
        QWidget.setTabOrder(self.sign_in, self.demo)

    def set_compact(self, compact: bool) -> None:
        """Use the width rather than the height, for a small window."""
        self._is_compact = compact
        self._make_room()
        self.setFixedWidth(COMPACT_WIDTH if compact else CARD_WIDTH)
        for part in (self._fields, self._buttons):
            part.setDirection(_RIGHT if compact else _DOWN)
        margin = 16 if compact else 28
        self._column.setContentsMargins(margin, margin - 4, margin, margin - 8)

    def _make_room(self) -> None:
        """Give what went wrong the heading's room, where there is none for both."""
        self.heading.setVisible(not self._is_compact or self.banner.isHidden())

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.banner.set_theme(theme)
        self._icons = {shown: icon("eye-off" if shown else "eye", theme.muted) for shown in (False, True)}
        self.reveal.setIcon(self._icons[self.reveal.isChecked()])

    def show_signed_out(self, email: str = "", failure: Failure | None = None, *, takes_focus: bool = True) -> None:
        """Take input again, and say why signing in failed, or why the person is no longer signed in.

        Args:
            email: The one that was tried, if any; filled in where the form no longer has it.
            failure: What went wrong. A wrong password is cleared, to be typed anew.
            takes_focus: Whether the focus may move to where there is something to be typed.
        """
        self._set_busy(False)
        must_type = bool(email) and not self.email.text()
        if must_type:
            self.email.setText(email)
        self.banner.hide()
        if failure is not None:
            self.banner.show_message(*described(failure))
            self.banner.count_down(wait_s(failure), partial(described, failure), failure)
            if wants_new_password(failure):
                self.password.clear()
                must_type = True
        self._make_room()
        if must_type and takes_focus:
            self.password.setFocus()

    def show_busy(self) -> None:
        """Take no input while a sign-in is under way; the fields keep focus and content."""
        self._set_busy(True)
        self.banner.hide()
        self._make_room()

    def clear(self) -> None:
        """Forget all that was typed, also what Undo would bring back."""
        for field, error in ((self.email, self.email_error), (self.password, self.password_error)):
            field.clear()
            _show_field_error(field, error, "")
        self.reveal.setChecked(False)

    def _set_busy(self, busy: bool) -> None:
        self._is_busy = busy
        if busy and (self.sign_in.hasFocus() or self.demo.hasFocus()):
            # A disabled button hands the focus on to whatever comes next.
            self.password.setFocus()
        for field in (self.email, self.password):
            field.setReadOnly(busy)
        for button in (self.sign_in, self.demo):
            button.setEnabled(not busy)

    def _submit(self) -> None:
        if self._is_busy:
            return
        email = self.email.text().strip()
        problems = (
            (self.email, self.email_error, self._email_problem(email)),
            (self.password, self.password_error, self._password_problem()),
        )
        for field, error, problem in problems:
            _show_field_error(field, error, problem)
        wrong = [field for field, _, problem in problems if problem]
        if wrong:
            wrong[0].setFocus()
        else:
            self.sign_in_requested.emit(email, self.password.text())

    def _email_problem(self, email: str) -> str:
        if not email:
            return self.tr("Enter your email address.")
        if not EMAIL.fullmatch(email):
            return self.tr("An email address looks like name@example.com.")
        return ""

    def _password_problem(self) -> str:
        return "" if self.password.text() else self.tr("Enter your password.")

    def _fill_demo_account(self) -> None:
        self.clear()
        self.email.setText(DEMO_EMAIL)
        self.password.setText(DEMO_PASSWORD)
        self.sign_in.setFocus()

    def _show_password(self, shown: bool) -> None:
        self.password.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self.reveal.setIcon(self._icons[shown])

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        self.heading.setText(self.tr("Sign in"))
        self.email_label.setText(self.tr("&Email"))
        self.email.setAccessibleName(self.tr("Email"))
        self.email.setPlaceholderText(self.tr("name@example.com"))
        self.password_label.setText(self.tr("&Password"))
        self.password.setAccessibleName(self.tr("Password"))
        self.reveal.setText(self.tr("Show password"))
        self.sign_in.setText(self.tr("Sign in"))
        self.demo.setText(self.tr("Use the demo account"))


def _show_field_error(field: QLineEdit, label: QLabel, problem: str) -> None:
    """Tell at a field what is wrong with it; an empty text takes it back."""
    label.setText(problem)
    label.setVisible(bool(problem))
    field.setAccessibleDescription(problem)
    if bool(field.property("invalid")) != bool(problem):
        field.setProperty("invalid", bool(problem))
        field.style().polish(field)
