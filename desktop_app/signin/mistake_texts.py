"""What the panel says of a run, in the person's language."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QLocale

from desktop_app.signin.failures import described
from desktop_app.signin.mistake import (
    FORGOTTEN_AWAIT,
    NS_PER_MS,
    READ_TOO_EARLY,
    UNSET_RESULT,
    Event,
    Moment,
    Outcome,
    Variant,
)
from desktop_app.signin.results import seconds

NO_BREAK_SPACE = "\u00a0"
translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a run, in a sentence; ``kind`` is what the style sheet knows it as."""

    kind: str
    text: str


NONE_YET = Verdict("none", "")


def name_of(variant: Variant) -> str:
    """Name a variant of the mistake."""
    return {
        UNSET_RESULT: translate("mistake", "Unset result"),
        FORGOTTEN_AWAIT: translate("mistake", "Forgotten await"),
        READ_TOO_EARLY: translate("mistake", "Read too early"),
    }[variant]


def explanation_of(variant: Variant) -> str:
    """Say what is wrong in a variant."""
    return {
        UNSET_RESULT: translate(
            "mistake", "The request is a task that has only just been made: its result is used before there is one."
        ),
        FORGOTTEN_AWAIT: translate(
            "mistake", "Without await nobody asks the service: what is used is the coroutine, not the preferences."
        ),
        READ_TOO_EARLY: translate(
            "mistake", "The answer is stored in a variable, which is read before: no error, and nothing to be seen."
        ),
    }[variant]


def types_on(variant: Variant) -> str:
    """Say whether mypy would have found it."""
    if variant.refusal:
        return translate("mistake", "Without the Any, mypy refuses it: {message}").format(message=variant.refusal)
    return translate(
        "mistake",
        "mypy lets it pass: the type of a task does not say whether it is done. So this program never shows what a "
        "task has, only states, and preferences exist only in the states that have them.",
    )


def verdict_on_mistake(outcome: Outcome) -> Verdict:
    """Say what came of the unmanaged load."""
    if outcome.raised:
        return Verdict("error", outcome.raised)
    if outcome.happened(Moment.BLANKED):
        return Verdict("warning", translate("mistake", "No exception, and a blank page"))
    return NONE_YET


def verdict_on_managed(outcome: Outcome) -> Verdict:
    """Say what came of the managed load."""
    if outcome.failure is not None and outcome.is_explained:
        return Verdict("warning", " ".join(described(outcome.failure)).strip())
    if outcome.happened(Moment.CUSTOMISED):
        return Verdict("good", translate("mistake", "The page is as the customer prefers it."))
    if outcome.events and not outcome.is_over:
        return Verdict("none", translate("mistake", "The default page, until the answer is there…"))
    return NONE_YET


def page_of(outcome: Outcome) -> str:
    """Say what can be seen on the page."""
    if outcome.preferences is None:
        return translate("mistake", "The page: blank")
    if outcome.happened(Moment.CUSTOMISED):
        return translate("mistake", "The page: customised")
    return translate("mistake", "The page: default")


def time_line(outcome: Outcome, *, is_managed: bool) -> str:
    """Say what happened and when, a line each, in the order of time."""
    return "\n".join(_line(event, is_managed=is_managed) for event in outcome.events)


def _line(event: Event, *, is_managed: bool) -> str:
    moment = event.moment
    if moment is Moment.UNSENT:
        return translate("mistake", "never: request sent")
    texts = {
        Moment.CALLED: translate("mistake", "load() called"),
        Moment.SENT: translate("mistake", "request sent"),
        Moment.CUSTOMISED: translate("mistake", "page customised"),
        Moment.DEFAULTED: translate("mistake", "default page shown"),
        Moment.BLANKED: translate("mistake", "page customised with None"),
        Moment.RAISED: translate("mistake", "exception in place of a page"),
        Moment.ANSWERED: translate("mistake", "answer arrived"),
        Moment.FAILED: translate("mistake", "request failed"),
    }
    if not is_managed:
        texts |= {
            Moment.ANSWERED: translate("mistake", "answer arrived: too late"),
            Moment.FAILED: translate("mistake", "request failed: nobody is told"),
        }
    return f"{_time(event.at_ns)}: {texts[moment]}"


def _time(at_ns: int) -> str:
    at_ms = at_ns / NS_PER_MS
    if at_ms >= 1000:
        return seconds(at_ms)
    return f"{QLocale().toString(at_ms, 'f', 1 if at_ms < 100 else 0)}{NO_BREAK_SPACE}ms"
