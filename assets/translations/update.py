"""Brings the translations up to date with the program: what is translated is kept, what is new is `unfinished`.

``make translations``; ``update.py DIRECTORY`` does it to the translations in another folder.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory

import desktop_app
from desktop_app.conditions.presets import SUMMARIES
from desktop_app.errors import ExchangeError

SOURCES = Path(desktop_app.__file__).parent
TOOLS = Path(sysconfig.get_path("scripts"))


def looked_up() -> list[tuple[str, str]]:
    """Give context and text of what the window looks up at run time, where lupdate sees a variable only."""
    errors = [("errors", error.text) for error in ExchangeError.__subclasses__()]
    return errors + [("conditions", summary) for summary in SUMMARIES]


def update(folder: Path) -> None:
    """Run lupdate and lrelease on every translation in a folder."""
    with TemporaryDirectory() as temporary:
        markers = Path(temporary, "looked_up.py")
        lines = (
            f"QT_TRANSLATE_NOOP({json.dumps(context)}, {json.dumps(text, ensure_ascii=False)})\n"
            for context, text in looked_up()
        )
        markers.write_text("".join(lines), encoding="utf-8")
        sources = [*sorted(SOURCES.rglob("*.py")), markers]
        for ts in sorted(folder.glob("*.ts")):
            _run("lupdate", "-silent", "-locations", "none", "-no-obsolete", *sources, "-ts", ts)
            _run("lrelease", "-silent", ts, "-qm", ts.with_suffix(".qm"))


def _run(tool: str, *arguments: str | Path) -> None:
    subprocess.run([TOOLS / f"pyside6-{tool}", *arguments], check=True)  # noqa: S603 - Qt's own, on our own files


if __name__ == "__main__":
    update(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
