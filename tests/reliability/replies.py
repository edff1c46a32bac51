"""What no service should answer."""

from __future__ import annotations

import gzip
from typing import Final

from desktop_app.preferences.transport import LARGEST_BODY_BYTES
from tests.helpers.exchanges import PREFERENCES_JSON, SESSION_JSON
from tests.helpers.scripted_server import raw_reply

DEPTH: Final = 10_000
BOMB_BYTES: Final = 64 * LARGEST_BODY_BYTES

NOT_HTTP: Final = b"SSH-2.0-OpenSSH_9.6\r\n\r\n"
LARGE_HEADER: Final = b"HTTP/1.1 200 OK\r\nX-Large: " + b"x" * 2_000_000 + b"\r\n\r\n"
CUT: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n" + PREFERENCES_JSON[:20]
)
GZIP_BOMB: Final = raw_reply(200, gzip.compress(bytes(BOMB_BYTES)), Content_Encoding="gzip")
OVER_THE_CAP: Final = b'{"unknown": "' + b"x" * LARGEST_BODY_BYTES + b'"}'
LENGTHY: Final = b'{"unknown": "' + b"x" * 20_000 + b'", ' + PREFERENCES_JSON[1:]

NO_TOKEN: Final = b'{"expires_at": "2030-01-01T00:00:00Z"}'
UNREADABLE: Final = {
    "bad JSON": b'{"display_name": "A',
    "bad UTF-8": b'{"display_name": "\xff\xfe"}',
    "a wrong type": b'{"display_name": ["Ada"]}',
    "NaN": b'{"reduced_motion": NaN}',
    "a huge integer": b'{"reduced_motion": ' + b"9" * 100_000 + b"}",
    "10,000-deep nesting": b'{"unknown": ' + b"[" * DEPTH + b"]" * DEPTH + b"}",
}
UNKNOWN_FIELDS: Final = b'{"shoe_size": 38, "nested": {"deeply": [1, {"x": null}]}, ' + PREFERENCES_JSON[1:]
SESSION_WITH_UNKNOWN_FIELDS: Final = b'{"scope": ["all"], ' + SESSION_JSON[1:]
