"""The execution timeline of a comparison: both loads on one axis, from the submit on."""

from __future__ import annotations

from collections.abc import Mapping

from desktop_app.comparison.scenario import Recording
from desktop_app.happened import end_ns
from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.execution_texts import Measure, Texts, duration_text
from desktop_app.responsiveness.journal import InputMark
from desktop_app.responsiveness.level_of_detail import latency_ns
from desktop_app.responsiveness.poster import Poster, poster_of
from desktop_app.responsiveness.track import Look, Track
from desktop_app.signin.state import Mode

WIDTH = 960
TITLE = "The same sign-in, blocking and async"
SUBTITLE = (
    "Somebody types (■) and clicks (●) all the while; each line leads to the paint that answered it. "
    "Both wait for the same replies."
)
OUTCOMES = {"home": "home page", "degraded": "default home page", "form": "back at the form"}


def timeline_of(recordings: Mapping[Mode, Recording], measure: Measure) -> Poster:
    """Lay both loads out, one above the other.

    Args:
        recordings: Of each mode, from above to below.
        measure: Tells how wide a text is.
    """
    tracks = [_track(mode, recording) for mode, recording in sorted(recordings.items(), key=_blocking_first)]
    texts = Texts(axis="time after Sign in")
    return poster_of(tracks, WIDTH, measure, title=TITLE, subtitle=SUBTITLE, texts=texts)


def _blocking_first(item: tuple[Mode, Recording]) -> bool:
    return item[0] is not Mode.BLOCKING


def _track(mode: Mode, recording: Recording) -> Track:
    submit_ns = recording.submit_ns
    answered_ns = (end_ns(each) for each in recording.entries if isinstance(each, InputMark))
    last_ns = max((submit_ns + round(recording.duration_ms * NS_PER_MS), *answered_ns))
    track = Track.of(mode.value.capitalize(), recording.entries, submit_ns, last_ns)
    track.summary = " · ".join(_summary(recording, track))
    return track


def _summary(recording: Recording, track: Track) -> list[str]:
    figures = recording.figures
    parts = [f"{OUTCOMES.get(figures.outcome, figures.outcome)} after {_duration(recording.duration_ms)}"]
    longest_ns = max((each.duration_ns for each in track.freezes()), default=0)
    never = "no freeze of its own" if len(track.gui[Look.APART]) else "never frozen"
    parts.append(f"longest freeze {duration_text(longest_ns)}" if longest_ns else never)
    marks = [each for each in recording.entries if isinstance(each, InputMark)]
    if marks:
        slowest = duration_text(max(map(latency_ns, marks)))
        parts.append(f"{len(marks)} keys and clicks, the slowest answered after {slowest}")
    return parts


def _duration(duration_ms: float) -> str:
    return duration_text(round(duration_ms * NS_PER_MS))
