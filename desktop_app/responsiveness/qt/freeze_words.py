"""What the panel says of a freeze, in the person's language."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QCoreApplication, QLocale, QTime

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Cause, Freeze
from desktop_app.responsiveness.freezes import RepeatedFreeze
from desktop_app.responsiveness.overruns import RepeatedOverrun
from desktop_app.responsiveness.qt.lag_strip import format_ms
from desktop_app.responsiveness.slices import LONG_TASK_MS
from desktop_app.responsiveness.verdict import Verdict

translate = QCoreApplication.translate
SEPARATOR = " · "


def cause_in_words(cause: Cause) -> str:
    """Name why it froze."""
    return {
        Cause.WAITING: translate("freezes", "waiting"),
        Cause.COMPUTING: translate("freezes", "computing"),
        Cause.GARBAGE_COLLECTION: translate("freezes", "garbage collection"),
        Cause.INTERPRETER_HELD: translate("freezes", "interpreter held"),
        Cause.NOT_SCHEDULED: translate("freezes", "not scheduled"),
        Cause.SUSPENDED: translate("freezes", "machine suspended"),
        Cause.DEBUGGER: translate("freezes", "stopped by a debugger"),
        Cause.UNKNOWN: translate("freezes", "unknown cause"),
    }[cause]


def length_of(duration_ns: int) -> str:
    """Write how long something was."""
    return format_ms(duration_ns / NS_PER_MS, QLocale())


def place_in_words(freeze: Freeze) -> str:
    """Say where it was: ``98 % in run_blocking (client.py:52)``, in one line."""
    if freeze.culprit is None:
        return translate("freezes", "no sample of the code")
    return one_line(str(freeze.culprit))


def row_in_words(repeated: RepeatedFreeze, time_text: str) -> str:
    """Give the two lines of a list: when, how long, how often and why; and where."""
    facts = [time_text, length_of(repeated.longest.duration_ns), cause_in_words(repeated.longest.cause)]
    if repeated.count > 1:
        facts.insert(2, f"×{repeated.count}")
    return f"{SEPARATOR.join(facts)}\n{place_in_words(repeated.longest)}"


def facts_in_words(freeze: Freeze, repeated: RepeatedFreeze | None, time_text: str) -> str:
    """Say all that was measured about a freeze, in a line."""
    facts = [time_text, length_of(freeze.duration_ns), cause_in_words(freeze.cause)]
    if repeated is not None and repeated.count > 1:
        count, total = repeated.count, length_of(repeated.total_ns)
        facts.append(translate("freezes", "{count} times from here, {total} in all").format(count=count, total=total))
    if not freeze.cause.is_of_the_program:
        facts.append(translate("freezes", "not the program's fault"))
    if freeze.is_startup:
        facts.append(translate("freezes", "while the program started"))
    if freeze.not_scheduled_ns >= LONG_TASK_MS * NS_PER_MS and freeze.cause is not Cause.NOT_SCHEDULED:
        length = length_of(freeze.not_scheduled_ns)
        facts.append(translate("freezes", "the system ran something else for {length} of it").format(length=length))
    if freeze.is_late_sample and freeze.cause is Cause.INTERPRETER_HELD:
        facts.append(translate("freezes", "samples came late: they may show only where it ended"))
    return SEPARATOR.join(facts)


def overrun_row_in_words(repeated: RepeatedOverrun, time_text: str) -> str:
    """Give the two lines of a list: when, how long and how often; and where."""
    facts = [time_text, length_of(repeated.longest.duration_ns)]
    if repeated.count > 1:
        facts.append(f"×{repeated.count}")
    return f"{SEPARATOR.join(facts)}\n{one_line(str(repeated.longest))}"


def overrun_facts_in_words(repeated: RepeatedOverrun, time_text: str) -> str:
    """Say all that was measured about callbacks that held a frame, in a line."""
    facts = [time_text, length_of(repeated.longest.duration_ns), translate("freezes", "longer than a frame may take")]
    if repeated.count > 1:
        count, total = repeated.count, length_of(repeated.total_ns)
        facts.append(translate("freezes", "{count} times from here, {total} in all").format(count=count, total=total))
    return SEPARATOR.join(facts)


def overrun_verdict_in_words(repeated: RepeatedOverrun) -> Verdict:
    """Give `verdict_of_overrun` in the person's language."""
    longest = repeated.longest
    if repeated.count > 1:
        text = translate("freezes", "{place} held the frame for {length}, the longest of {count} times.")
    else:
        text = translate("freezes", "{place} held the frame for {length}.")
    place, length = one_line(str(longest)), length_of(longest.duration_ns)
    parts = [text.format(place=place, length=length, count=repeated.count)]
    if not longest.task:
        fix = translate(
            "freezes",
            "Make it a coroutine with `await asyncio.sleep(0)` between its parts, or move it to a thread"
            " (`loop.run_in_executor(None, ...)`).",
        )
        return Verdict("overrun", parts[0], fix)
    if longest.is_to_end:
        parts.append(translate("freezes", "It ran to its end."))
    else:
        parts.append(translate("freezes", "It waited there next: what took so long came before."))
    fix = translate(
        "freezes",
        "Split it (`await asyncio.sleep(0)` between its parts), or move it to a thread"
        " (`await asyncio.to_thread(...)`).",
    )
    return Verdict("overrun", " ".join(parts), fix)


def time_in_words(start_ns: int, now_ns: int, now: datetime) -> str:
    """Tell at what time of the day something on the monitor's clock was."""
    then = now - timedelta(microseconds=(now_ns - start_ns) / 1000)
    return QLocale().toString(QTime(then.hour, then.minute, then.second), "HH:mm:ss")


def one_line(text: str) -> str:
    """Make one line of a text from outside, without what cannot be printed."""
    return "".join(each if each.isprintable() else " " for each in text)
