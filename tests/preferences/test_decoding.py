"""Content codings are undone, and no further than is looked at."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import InvalidReply, ReplyTooLarge
from desktop_app.preferences.decoding import MOST_CODINGS, PIECE_BYTES, Decoding

LIMIT_BYTES = 1024 * 1024
TEXT = b'{"display_name": "Ada"}' * 100


def bare_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


CODED = {
    "": TEXT,
    "identity": TEXT,
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT),
    " GZip ": gzip.compress(TEXT),
    "deflate": zlib.compress(TEXT),
    "deflate, identity": bare_deflate(TEXT),
    "gzip, gzip": gzip.compress(gzip.compress(TEXT)),
    "deflate,gzip": gzip.compress(zlib.compress(TEXT)),
}


def decoded(content_encoding: str, *chunks: bytes, limit_bytes: int = LIMIT_BYTES) -> bytes:
    decoding = Decoding(content_encoding, limit_bytes)
    found = b"".join(piece for chunk in chunks for piece in decoding.decoded(chunk))
    decoding.finish()
    return found


@pytest.mark.parametrize("name", CODED)
def test_what_was_coded_is_read(name: str) -> None:
    assert decoded(name, CODED[name]) == TEXT


@pytest.mark.parametrize("name", CODED)
def test_it_may_come_byte_by_byte(name: str) -> None:
    assert decoded(name, *(bytes([byte]) for byte in CODED[name])) == TEXT


@given(st.binary(max_size=300_000), st.integers(1, 70_000))
def test_any_body_in_any_pieces(data: bytes, size_bytes: int) -> None:
    for name, coded in (("gzip", gzip.compress(data, 1)), ("deflate", zlib.compress(data))):
        chunks = [coded[start : start + size_bytes] for start in range(0, len(coded), size_bytes)]
        assert decoded(name, *chunks) == data


@pytest.mark.parametrize("name", ["gzip", "deflate", "gzip, gzip"])
def test_no_body_needs_no_end(name: str) -> None:
    assert decoded(name) == b""


@pytest.mark.parametrize("name", ["gzip", "deflate", "gzip, gzip", "deflate,gzip"])
def test_a_body_without_its_end_cannot_be_read(name: str) -> None:
    for length in (1, 2, 12, len(CODED[name]) - 1):
        with pytest.raises(InvalidReply):
            decoded(name, CODED[name][:length])


@pytest.mark.parametrize(
    ("name", "body"), [("gzip", TEXT), ("deflate", b"\xff\xff" + TEXT), ("gzip, gzip", CODED["gzip"])]
)
def test_what_is_not_so_coded_cannot_be_read(name: str, body: bytes) -> None:
    with pytest.raises(InvalidReply):
        decoded(name, body)


@pytest.mark.parametrize("name", ["br", "gzip, zstd", "words", ",".join(["gzip"] * (MOST_CODINGS + 1))])
def test_a_coding_that_was_not_asked_for_cannot_be_read(name: str) -> None:
    with pytest.raises(InvalidReply):
        Decoding(name, LIMIT_BYTES)


def test_what_comes_after_the_end_is_passed_over() -> None:
    assert decoded("gzip", CODED["gzip"] + b"more", b"and more") == TEXT


def test_just_the_limit_is_taken_and_a_byte_more_is_not() -> None:
    assert len(decoded("gzip", gzip.compress(bytes(LIMIT_BYTES)))) == LIMIT_BYTES
    with pytest.raises(ReplyTooLarge):
        decoded("gzip", gzip.compress(bytes(LIMIT_BYTES + 1)))


def test_no_layer_is_unpacked_beyond_the_limit() -> None:
    """The inner one comes to nothing: a bomb of empty blocks, which only the outer one's size gives away."""
    nothing = zlib.compress(b"")[:2] + b"\x00\x00\x00\xff\xff" * (16 * LIMIT_BYTES)
    with pytest.raises(ReplyTooLarge):
        decoded("deflate, gzip", gzip.compress(nothing))


def test_a_bomb_is_unpacked_piece_by_piece() -> None:
    bomb = gzip.compress(bytes(64 * LIMIT_BYTES))
    decoding = Decoding("gzip", 256 * LIMIT_BYTES)
    tracemalloc.start()
    try:
        for piece in decoding.decoded(bomb):
            assert len(piece) <= PIECE_BYTES
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < LIMIT_BYTES
