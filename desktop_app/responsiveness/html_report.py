"""The report of a watched run as one HTML file that needs nothing else: no script, no network.

Everything that comes from the program, paths, names, source lines and arguments, is text and stays text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from desktop_app.responsiveness.events import CountedStack, Freeze
from desktop_app.responsiveness.freezes import Place, RepeatedFreeze, place_of
from desktop_app.responsiveness.html_style import STYLE
from desktop_app.responsiveness.html_text import counted_text, duration_text, escaped, place_text, prose
from desktop_app.responsiveness.html_timeline import svg_timeline
from desktop_app.responsiveness.inputs import Answering, InputSummary
from desktop_app.responsiveness.journal import Entry
from desktop_app.responsiveness.overruns import RepeatedOverrun
from desktop_app.responsiveness.report import Report
from desktop_app.responsiveness.slices import LONG_TASK_MS, Band
from desktop_app.responsiveness.stacks import innermost_own
from desktop_app.responsiveness.track import Track
from desktop_app.responsiveness.verdict import verdict_of, verdict_of_overrun

BAND_TEXTS = {
    Band.LONG_TASK: "50 to 100 ms",
    Band.NOTICEABLE: "100 to 250 ms",
    Band.HANG: "250 to 500 ms: a hang",
    Band.LONG_HANG: "0.5 to 5 s",
    Band.NOT_RESPONDING: "over 5 s: not responding",
}

MARKS = {
    Answering.GOOD: Band.SMOOTH,
    Answering.NEEDS_IMPROVEMENT: Band.NOTICEABLE,
    Answering.POOR: Band.LONG_HANG,
}
"""Whose colours say how well inputs were answered."""


def html_report(report: Report) -> str:
    """Give the report as an HTML document."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    apart = _places(report.apart, "Not of the program’s making", "apart", 0) if report.apart else ""
    freezes = _places(report.freezes, "Freezes by place", "freeze", report.places_left_out)
    overruns = _overruns(report) if report.overruns else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>Responsiveness of {escaped(report.program)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{_head(report)}{_cards(report)}{_timeline(report)}{freezes}{apart}{overruns}{_foot()}</main>\n"
        "</body>\n</html>\n"
    )


def answer(report: Report) -> str:
    """Say in one sentence what the run was like; plain text."""
    if not report.has_application:
        return "The program made no QApplication: there was no window to watch."
    ran = duration_text(report.duration_ns)
    if not report.has_event_loop and not report.freeze_count:
        return "The event loop of the program never ran: there was no window that could answer."
    if not report.freeze_count:
        return f"No freeze of {LONG_TASK_MS} ms or more in {ran}."
    frozen = f"The window was frozen for {duration_text(report.frozen_ns)} of {ran}"
    longest = max((each.longest for each in report.freezes), key=lambda each: each.duration_ns, default=None)
    where = f", in {place_text(longest)}" if longest and longest.culprit else ""
    if report.freeze_count == 1:
        return f"{frozen}, in one go{where}."
    return f"{frozen}; the longest freeze took {duration_text(report.longest_ns)}{where}."


def _head(report: Report) -> str:
    arguments = " ".join(report.arguments)
    given = f' <span class="arguments">{escaped(arguments)}</span>' if arguments else ""
    began = report.started_at.strftime("%Y-%m-%d %H:%M:%S %z").strip()
    state = "" if report.is_complete else " · still running when this was written"
    if report.is_over_budget:
        over = counted_text(report.over_budget_count, "freeze was", "freezes were")
        budget = f"{over} longer than the budget of {duration_text(report.budget_ms * 1_000_000)}."
    else:
        budget = f"None was longer than the budget of {duration_text(report.budget_ms * 1_000_000)}."
    extra = f"<span>{prose(budget)}</span>" if report.freeze_count else ""
    return (
        f'<header>\n<p class="kicker">Responsiveness report · {escaped(began)}{state}</p>\n'
        f"<h1>{escaped(report.program)}{given}</h1>\n"
        f'<p class="answer mark{Band.of(report.longest_ns).value}">{prose(answer(report))}{extra}</p>\n</header>\n'
    )


def _cards(report: Report) -> str:
    share = report.frozen_ns / report.duration_ns if report.duration_ns > 0 else 0.0
    places = len(report.freezes) + report.places_left_out
    lag = (
        ("p50", report.lag.p50_ns),
        ("p95", report.lag.p95_ns),
        ("p99", report.lag.p99_ns),
        ("max", report.lag.max_ns),
    )
    quartet = _quartet(lag if report.lag.max_ns else [(name, None) for name, _ in lag])
    cards = [
        _card("Duration", duration_text(report.duration_ns), "from start to end"),
        _card("Frozen in all", duration_text(report.frozen_ns), f"{100 * share:.1f} % of the time"),
        _card("Longest freeze", duration_text(report.longest_ns), BAND_TEXTS.get(Band.of(report.longest_ns), "none")),
        _card(
            "Freezes", f"{report.freeze_count}", f"in {counted_text(places, 'place', 'places')}" if places else "none"
        ),
    ]
    cards.append(
        f'<div class="card wide"><dt>Event-loop lag</dt><dd class="quartet">{quartet}</dd>'
        "<dd>how late an event was served</dd></div>"
    )
    if report.inputs.answering is not None:
        cards.append(_inputs_card(report.inputs, report.inputs.answering))
    if report.apart_count:
        held = counted_text(report.apart_count, "stop", "stops")
        cards.append(_card("Not of its making", duration_text(report.apart_ns), f"{held}, not counted as freezes"))
    return f'<section aria-label="Figures"><dl class="cards">{"".join(cards)}</dl></section>\n'


def _card(name: str, value: str, remark: str) -> str:
    return f'<div class="card"><dt>{name}</dt><dd>{value}</dd><dd>{prose(remark)}</dd></div>'


def _inputs_card(inputs: InputSummary, answering: Answering) -> str:
    to_paint, delay = inputs.to_paint, inputs.delay
    quartet = _quartet(
        [("p50", to_paint.p50_ns), ("p75", to_paint.p75_ns), ("p95", to_paint.p95_ns), ("max", to_paint.max_ns)]
    )
    counted = counted_text(inputs.count, "key or click", "keys and clicks")
    delays = ", ".join(
        f"{name}\N{NO-BREAK SPACE}{duration_text(ns)}"
        for name, ns in (
            ("p50", delay.p50_ns),
            ("p75", delay.p75_ns),
            ("p95", delay.p95_ns),
            ("max", delay.max_ns),
        )
    )
    remark = prose(f"{counted}; delay until a widget had them: {delays}")
    return (
        f'<div class="card wide mark{MARKS[answering].value}"><dt>Input to next paint: '
        f'<strong>{answering}</strong></dt><dd class="quartet">{quartet}</dd><dd>{remark}</dd></div>'
    )


def _quartet(figures: Sequence[tuple[str, int | None]]) -> str:
    return "".join(
        f"<span><small>{name}</small>{'–' if ns is None else duration_text(ns)}</span>" for name, ns in figures
    )


def _timeline(report: Report) -> str:
    links: dict[Place, str] = {}
    for kind, repeated in (("freeze", report.freezes), ("apart", report.apart)):
        for number, each in enumerate(repeated, 1):
            links[place_of(each.longest)] = f"{kind}-{number}"
    entries: list[Entry] = list(report.entries)
    known = {(entry.start_ns, entry.end_ns) for entry in entries if isinstance(entry, Freeze)}
    # The oldest entries of a long run are forgotten, and so may be the longest freezes.
    entries += [
        each.longest
        for each in (*report.freezes, *report.apart)
        if (each.longest.start_ns, each.longest.end_ns) not in known
    ]
    track = Track.of("", entries, report.start_ns, report.end_ns)
    label = f"{answer(report)} When each freeze was; the table of the freezes holds the same in words."
    drawn = svg_timeline(track, lambda freeze: links.get(place_of(freeze), ""), label)
    looks = [(f"s{band.value}", text) for band, text in BAND_TEXTS.items() if f'class="s{band.value}"' in drawn]
    if 'class="sapart"' in drawn:
        looks.append(("sapart", "not of the program’s making"))
    if 'class="spaint"' in drawn:
        looks.append(("spaint", "painting"))
    if 'class="sinput"' in drawn:
        looks.append(("sinput", "handling input"))
    if 'class="soverrun"' in drawn:
        looks.append(("soverrun", "a callback held the frame"))
    if 'class="s0"' in drawn:
        looks.append(("s0", "key or click answered within 200 ms"))
    keys = "".join(
        f'<span><svg aria-hidden="true" viewBox="0 0 12 12"><rect class="{look}" x="1" y="1" width="10" height="10"/>'
        f"</svg>{escaped(text)}</span>"
        for look, text in looks
    )
    legend = f'<figcaption class="legend">{keys}</figcaption>' if keys else ""
    return (
        '<section aria-labelledby="timeline">\n<h2 id="timeline">Timeline</h2>\n'
        f'<figure class="sheet timeline">{drawn}{legend}</figure>\n</section>\n'
    )


def _places(freezes: tuple[RepeatedFreeze, ...], title: str, kind: str, left_out: int) -> str:
    head = f'<section aria-labelledby="{kind}s">\n<h2 id="{kind}s">{title}</h2>\n'
    if not freezes:
        return (
            f'{head}<div class="sheet empty"><strong>No freeze of {LONG_TASK_MS} ms or more</strong>'
            "The window answered within that time throughout.</div>\n</section>\n"
        )
    # A style that makes lines of cells takes away what they are, unless that is said.
    columns = '<th scope="col" role="columnheader">Where</th><th scope="col" role="columnheader">Why</th>' + "".join(
        f'<th scope="col" role="columnheader" class="n">{name}</th>' for name in ("Count", "Longest", "In all")
    )
    bodies = "".join(_body(each, f"{kind}-{number}") for number, each in enumerate(freezes, 1))
    note = (
        f'<p class="note">{counted_text(left_out, "place", "places")} with less time left out.</p>'
        if left_out
        else ""
    )
    return (
        f'{head}<div class="sheet freezes"><table role="table"><thead role="rowgroup"><tr role="row">{columns}</tr>'
        f"</thead>\n{bodies}</table></div>\n{note}</section>\n"
    )


def _body(repeated: RepeatedFreeze, link: str) -> str:
    freeze = repeated.longest
    mark = freeze.band.value if freeze.cause.is_of_the_program else "apart"
    where, place = "unknown", "no sample could be taken"
    if freeze.culprit:
        frame = freeze.culprit.frame
        where, place = frame.function, f"{frame.file}:{frame.line}"
    numbers = "".join(
        f'<td role="cell" class="n" data-label="{name}">{value}</td>'
        for name, value in (
            ("Count", repeated.count),
            ("Longest", f"<strong>{duration_text(freeze.duration_ns)}</strong>"),
            ("In all", duration_text(repeated.total_ns)),
        )
    )
    return (
        f'<tbody id="{link}" role="rowgroup" class="mark{mark}"><tr role="row"><th scope="row" role="rowheader">'
        f'<span class="where">{escaped(where)}</span><span class="place">{escaped(place)}</span></th>'
        f'<td role="cell" class="cause">{escaped(freeze.cause.value)}</td>{numbers}</tr>\n'
        f'<tr role="row"><td role="cell" class="more" colspan="5">{"".join(_more(freeze))}</td></tr></tbody>\n'
    )


def _overruns(report: Report) -> str:
    """Give a table of the callbacks that held a frame, as that of the freezes."""
    columns = '<th scope="col" role="columnheader">Where</th><th scope="col" role="columnheader">Task</th>' + "".join(
        f'<th scope="col" role="columnheader" class="n">{name}</th>' for name in ("Count", "Longest", "In all")
    )
    left_out = report.overrun_places_left_out
    note = (
        f'<p class="note">{counted_text(left_out, "place", "places")} with less time left out.</p>'
        if left_out
        else ""
    )
    return (
        '<section aria-labelledby="overruns">\n<h2 id="overruns">Callbacks that held a frame</h2>\n'
        f'<div class="sheet freezes"><table role="table"><thead role="rowgroup"><tr role="row">{columns}</tr>'
        f"</thead>\n{''.join(map(_overrun, report.overruns))}</table></div>\n{note}</section>\n"
    )


def _overrun(repeated: RepeatedOverrun) -> str:
    longest, verdict = repeated.longest, verdict_of_overrun(repeated)
    frame = longest.frame
    place = f'<span class="place">{escaped(f"{frame.file}:{frame.line}")}</span>' if frame.file else ""
    numbers = "".join(
        f'<td role="cell" class="n" data-label="{name}">{value}</td>'
        for name, value in (
            ("Count", repeated.count),
            ("Longest", f"<strong>{duration_text(longest.duration_ns)}</strong>"),
            ("In all", duration_text(repeated.total_ns)),
        )
    )
    return (
        f'<tbody role="rowgroup" class="mark{Band.of(longest.duration_ns).value}"><tr role="row">'
        '<th scope="row" role="rowheader">'
        f'<span class="where">{escaped(frame.function)}</span>{place}</th>'
        f'<td role="cell" class="cause">{escaped(longest.task if longest.is_named else longest.coroutine)}</td>'
        f'{numbers}</tr>\n<tr role="row"><td role="cell" class="more" colspan="5">'
        f'<p class="verdict">{prose(verdict.text)}</p><p class="fix">{prose(verdict.fix)}</p></td></tr></tbody>\n'
    )


def _more(freeze: Freeze) -> Iterator[str]:
    verdict = verdict_of(freeze)
    yield f'<p class="verdict">{prose(verdict.text)}</p>'
    for remark in _remarks(freeze):
        yield f'<p class="remark">{prose(remark)}</p>'
    if verdict.fix:
        yield f'<p class="fix">{prose(verdict.fix)}</p>'
    if freeze.stacks:
        samples = sum(each.count for each in freeze.stacks)
        found = (
            f"{counted_text(len(freeze.stacks), 'stack', 'stacks')} in {counted_text(samples, 'sample', 'samples')}"
        )
        yield f"<details><summary>{found}</summary>"
        for each in freeze.stacks:
            yield _stack(each, samples, is_open=each is freeze.stacks[0])
        yield "</details>"


def _remarks(freeze: Freeze) -> Iterator[str]:
    if freeze.culprit and freeze.culprit.share < 1:
        yield f"{freeze.culprit} of the samples."
    if freeze.task is not None:
        awaits = " → ".join(str(frame) for frame in freeze.task.awaits)
        yield f"In the task “{freeze.task.name}”" + (f": {awaits}." if awaits else ".")
    if freeze.is_startup:
        yield "Before the event loop ran."
    if freeze.is_late_sample:
        yield "The interpreter was held, so the samples may show only where that ended."
    if freeze.not_scheduled_ns and freeze.cause.is_of_the_program:
        yield f"For {duration_text(freeze.not_scheduled_ns)} of it the system ran something else."
    if freeze.is_lasting:
        yield "It had not ended when this was written."


def _stack(counted: CountedStack, samples: int, *, is_open: bool) -> str:
    innermost = innermost_own(counted.stack)
    lines = "".join(
        f"<li{' class=own' if frame.is_own else ''}><b>{escaped(frame.function)}</b> "
        f"{escaped(frame.file)}:{frame.line}{f'<code>{escaped(frame.call)}</code>' if frame.call else ''}</li>"
        for frame in counted.stack
    )
    share = f"{counted.count / samples:.0%}".replace("%", " %")
    name = f"{share}: {escaped(str(innermost))}" if innermost else share
    return f'<details{" open" if is_open else ""}><summary>{name}</summary><ol class="stack">{lines}</ol></details>'


def _foot() -> str:
    return (
        f"<footer>A freeze is a stretch of {LONG_TASK_MS} ms or more in which the GUI thread served no event. What "
        "the system or a debugger held up is not of the program’s making and counts as none. Stacks show the "
        "outermost call first; the program’s own code is bold.</footer>\n"
    )
