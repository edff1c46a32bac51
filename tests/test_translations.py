"""The translations say all that the program says, and the compiled ones say what the written ones do."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QTranslator

from desktop_app.conditions.presets import SUMMARIES
from desktop_app.errors import ExchangeError
from desktop_app.resources import ASSETS

FOLDER = ASSETS / "translations"
WRITTEN = pytest.mark.parametrize("ts", sorted(FOLDER.glob("*.ts")), ids=lambda ts: ts.stem)


@dataclass(frozen=True)
class Message:
    """One text of the program and its translation."""

    context: str
    source: str
    translation: str
    state: str
    """Empty, or ``unfinished``, ``vanished``, ``obsolete``."""

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.source


def messages(ts: Path) -> Iterator[Message]:
    for context in ElementTree.parse(ts).iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            yield Message(
                context.findtext("name", ""),
                message.findtext("source", ""),
                translation.text or "",
                translation.get("type", ""),
            )


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"{\w*}", text))


def test_there_is_a_german_translation() -> None:
    assert (FOLDER / "desktop_app_de.ts").is_file()


@WRITTEN
def test_every_message_is_translated(ts: Path) -> None:
    assert not [message for message in messages(ts) if message.state or not message.translation]


@WRITTEN
def test_a_translation_has_the_placeholders_of_its_source(ts: Path) -> None:
    assert not [
        message for message in messages(ts) if placeholders(message.source) != placeholders(message.translation)
    ]


@WRITTEN
def test_a_translation_has_a_mnemonic_where_its_source_has_one(ts: Path) -> None:
    assert not [message for message in messages(ts) if message.source.count("&") != message.translation.count("&")]


@WRITTEN
def test_the_compiled_translation_says_what_is_written(ts: Path) -> None:
    compiled = QTranslator()
    assert compiled.load(str(ts.with_suffix(".qm")))
    stale = {
        message.key: (message.translation, found)
        for message in messages(ts)
        if (found := compiled.translate(*message.key)) != message.translation
    }
    assert not stale, "run `make translations`"


@WRITTEN
@pytest.mark.parametrize("error", ExchangeError.__subclasses__(), ids=lambda error: error.__name__)
def test_every_failure_is_translated(ts: Path, error: type[ExchangeError]) -> None:
    assert ("errors", error.text) in {message.key for message in messages(ts)}


@WRITTEN
@pytest.mark.parametrize("summary", SUMMARIES)
def test_every_summary_of_conditions_is_translated(ts: Path, summary: str) -> None:
    assert ("conditions", summary) in {message.key for message in messages(ts)}


@WRITTEN
def test_what_is_written_is_what_the_program_says(ts: Path, tmp_path: Path) -> None:
    copy = tmp_path / ts.name
    shutil.copy(ts, copy)
    subprocess.run([sys.executable, FOLDER / "update.py", tmp_path], check=True, timeout=60)
    said, written = ({message.key for message in messages(path)} for path in (copy, ts))
    assert said == written, "run `make translations` and translate what is new"
