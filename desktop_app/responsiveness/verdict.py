"""What a freeze means, in plain words, and what to write instead."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase

from desktop_app.responsiveness.callee import arguments_of, callee_of, module_of
from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Cause, CountedStack, Frame, Freeze, Stack
from desktop_app.responsiveness.overruns import RepeatedOverrun
from desktop_app.responsiveness.rules import RULES, Rule
from desktop_app.responsiveness.stacks import index_of_culprit, innermost_own

LEAST_SHARE = 0.5
"""Of the culprit's samples that a rule must hold of."""
UNKNOWN = {
    Cause.WAITING: "It used no processor: look for what waits for time, the network, a disk, a lock or a process",
    Cause.COMPUTING: "It used the processor: look for what is done often, or to much data",
    Cause.INTERPRETER_HELD: "Look for one call that does much",
}
NO_PYTHON = "no Python code ran, so that there is no line to be named."
LOOK_BESIDE_PYTHON = (
    "Look for a slot that is not Python, `functools.partial(time.sleep, 1)` or `process.waitForFinished` say, "
    "and for what Qt does itself: painting, laying out, loading."
)

SPLIT_COROUTINE = (
    "Split it (`await asyncio.sleep(0)` between its parts), or move it to a thread (`await asyncio.to_thread(...)`)."
)
SPLIT_CALLBACK = (
    "Make it a coroutine with `await asyncio.sleep(0)` between its parts, or move it to a thread "
    "(`loop.run_in_executor(None, ...)`)."
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What froze, where and why, and what to do about it; plain text."""

    name: str
    """Of the rule that was found to hold, ``sleep`` say; ``unknown`` where none was."""
    text: str
    """What froze, for how long, where and why, in a sentence or two."""
    fix: str
    """What to write instead, or where to look; empty where there is nothing to be said."""


def verdict_of(freeze: Freeze) -> Verdict:
    """Give the verdict on a freeze: the first rule of the table that holds, unknown rather than a guess.

    What counts is what is inside the innermost of the program's own functions: what calls that one only says how the
    program came there. Reads source files.
    """
    stacks = _of_culprit(freeze)
    rule, call = _rule(freeze, stacks)
    in_call = f" in {call}" if call else ""
    if rule is None and freeze.culprit is None and not freeze.is_startup:
        return Verdict("unknown", f"{_how_long(freeze)}: {NO_PYTHON}", LOOK_BESIDE_PYTHON)
    if rule is None:
        return Verdict("unknown", f"{_where(freeze)}: {_unknown(freeze.cause, in_call)}", _look(freeze))
    text = f"{_where(freeze)}: {rule.why.format(in_call=in_call)}"
    if freeze.is_late_sample and freeze.cause is Cause.INTERPRETER_HELD:
        text += " It could be looked at only as that ended."
    template = (freeze.task is not None and rule.fix_async) or rule.fix
    return Verdict(rule.name, text, template.format(arguments=arguments_of(call) or "seconds"))


def verdict_of_overrun(repeated: RepeatedOverrun) -> Verdict:
    """Give the verdict on callbacks that held a frame from one place."""
    longest = repeated.longest
    text = f"{longest} held the frame for {longest.duration_ns / NS_PER_MS:.0f} ms"
    if repeated.count > 1:
        text += f", the longest of {repeated.count} times"
    text += "."
    if longest.task:
        text += (
            " It ran to its end." if longest.is_to_end else " It waited there next: what took so long came before."
        )
    return Verdict("overrun", text, SPLIT_COROUTINE if longest.task else SPLIT_CALLBACK)


def _rule(freeze: Freeze, stacks: tuple[CountedStack, ...]) -> tuple[Rule | None, str]:
    """Find the rule that holds of most of the culprit's samples, and the call that the program itself was in."""
    rules: Counter[str] = Counter()
    calls: dict[str, Counter[str]] = {}
    for each in stacks:
        rule = next((rule for rule in RULES if _holds(rule, freeze, each.stack)), None)
        if rule is not None:
            rules[rule.name] += each.count
            own = innermost_own(each.stack)
            calls.setdefault(rule.name, Counter())[own.call if own else ""] += each.count
    if not stacks:
        return next((rule for rule in RULES if rule.needs_nothing and freeze.cause in rule.causes), None), ""
    total = sum(each.count for each in stacks)
    name, count = rules.most_common(1)[0] if rules else ("", 0)
    if not rules or count < LEAST_SHARE * total:
        call = freeze.culprit.frame.call if freeze.culprit else ""
        return next((rule for rule in RULES if rule.needs_nothing and freeze.cause in rule.causes), None), call
    return next(rule for rule in RULES if rule.name == name), calls[name].most_common(1)[0][0]


def _holds(rule: Rule, freeze: Freeze, stack: Stack) -> bool:
    if freeze.cause not in rule.causes:
        return False
    if rule.needs_nothing or (rule.at_startup and freeze.is_startup):
        return True
    if any(frame.is_own and _matches(frame.function, rule.functions) for frame in stack):
        return True
    inner = _inner(stack)
    if any(_calls(rule, frame) for frame in inner):
        return True
    return bool(inner) and _matches(callee_of(inner[-1]), rule.methods)


def _calls(rule: Rule, frame: Frame) -> bool:
    if _matches(callee_of(frame), rule.calls):
        return True
    module = module_of(frame)
    return bool(module) and _is_of(module, frame.function, rule.modules)


def _is_of(module: str, function: str, patterns: str) -> bool:
    return any(
        fnmatchcase(
            f"{module}:{function}" if ":" in pattern else f"{module}.", pattern if ":" in pattern else f"{pattern}.*"
        )
        for pattern in patterns.split()
    )


def _matches(name: str, patterns: str) -> bool:
    return bool(name) and any(fnmatchcase(name, pattern) for pattern in patterns.split())


def _inner(stack: Stack) -> Stack:
    """Give the frame that the stack is put down to, and what is inside it."""
    return stack[index_of_culprit(stack) :]


def _of_culprit(freeze: Freeze) -> tuple[CountedStack, ...]:
    """Give the stacks whose innermost function of the program's own is the culprit."""
    if freeze.culprit is None:
        return ()
    culprit = freeze.culprit.frame
    found = []
    for each in freeze.stacks:
        own = innermost_own(each.stack)
        if own is not None and (own.file, own.function) == (culprit.file, culprit.function):
            found.append(each)
    # One that is handed on without its stacks still has the culprit.
    return tuple(found) or (CountedStack((culprit,), 1),)


def _how_long(freeze: Freeze) -> str:
    length_ms = freeze.duration_ns / NS_PER_MS
    length = f"{length_ms / 1000:.2f} s" if length_ms >= 1000 else f"{length_ms:.0f} ms"
    text = f"Frozen for {length}{' so far' if freeze.is_lasting else ''}"
    if freeze.is_startup:
        text += " before the event loop ran"
    return text


def _where(freeze: Freeze) -> str:
    text = _how_long(freeze)
    if freeze.culprit is not None:
        # Of a freeze that is many things one after another, the verdict is on the part that is longest.
        is_most = freeze.culprit.share >= LEAST_SHARE
        text += f" in {freeze.culprit.frame}" if is_most else f", {freeze.culprit}"
    if freeze.task is not None:
        text += f", inside the coroutine of task {freeze.task.name}"
    return text


def _unknown(cause: Cause, in_call: str) -> str:
    match cause:
        case Cause.WAITING:
            return f"it waited{in_call}; for what, is not known."
        case Cause.UNKNOWN:
            return f"it was{in_call or ' there'}; why, is not known."
        case _:
            return f"{cause}{in_call}."


def _look(freeze: Freeze) -> str:
    hint = UNKNOWN.get(freeze.cause, "Look")
    where = f" at {freeze.culprit.frame}" if freeze.culprit else ""
    return f"{hint}{where}."
