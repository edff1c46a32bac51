"""The verdict on code that really blocks, and on what only looks as if it did."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.responsiveness.verdict import verdict_of
from tests.responsiveness.blocks import BLOCKS
from tests.responsiveness.looking import freeze_of


@pytest.mark.parametrize("name", BLOCKS)
def test_what_blocks_is_named(name: str, tmp_path: Path, qapp: QApplication) -> None:
    block = BLOCKS[name]
    freeze = freeze_of(block, tmp_path)
    verdict = verdict_of(freeze)
    print(verdict, [(str(each), each.call) for each in freeze.stacks[0].stack[-4:]])
    assert verdict.name == block.rule
