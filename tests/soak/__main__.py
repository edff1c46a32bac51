"""``python -m tests.soak``: a thousand sign-ins, and whether the processes still hold what they held after a hundred.

Exit codes: 0 flat, 1 not, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from desktop_app.app import Application
from tests.soak.report import lines, table
from tests.soak.run import Plan, Soak

SEED = 20_260_504


def main(arguments: list[str]) -> int:
    """Run the soak and print what came of it."""
    parser = argparse.ArgumentParser("python -m tests.soak", description=__doc__)
    parser.add_argument("--cycles", type=int, default=1000, help="sign-ins in all (default: %(default)s)")
    parser.add_argument("--warm-up", type=int, default=100, help="before anything is compared (default: %(default)s)")
    parser.add_argument("--every", type=int, default=50, help="cycles between two samples (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="of the dice (default: %(default)s)")
    parser.add_argument(
        "--deadlines",
        default="300,700,2000",
        help="in ms, one of which each cycle has: short ones end it, under most conditions (default: %(default)s)",
    )
    parser.add_argument(
        "--most-growth", type=float, default=0.05, help="of memory, that is still flat (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    deadlines_ms = tuple(int(each) for each in options.deadlines.split(","))
    plan = Plan(options.cycles, options.warm_up, options.every, options.seed, deadlines_ms)
    print(f"seed {plan.seed}, {plan.cycles} cycles, {plan.warm_up} of them to warm up", flush=True)
    soak = Soak(plan, lambda text: print(text, flush=True))
    code = soak.run(Application())
    if code:
        return code
    found = list(lines(soak.samples, options.most_growth))
    print("loads ended in", ", ".join(f"{end} {times}" for end, times in soak.ends.items()))
    print(table(found))
    return int(not all(line.is_flat for line in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
