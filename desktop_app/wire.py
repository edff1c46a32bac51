"""What all that talk to a process of the program's own agree on. Stdlib only, for all of them import it."""

from __future__ import annotations

from typing import Final

SECRET_HEADER: Final = "Desktop-App-Secret"  # noqa: S105 -- the header's name, not a secret
