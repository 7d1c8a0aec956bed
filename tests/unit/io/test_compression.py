"""Compressed files: read whatever they are called, and what is wrong with them named."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma

import pytest

from tppo_watch.errors import InputError
from tppo_watch.io.compression import COMPRESSED_ENDINGS, compressed, compression_of, decompressed, zstd
from tppo_watch.io.reading import format_of, read_rows

LINES = b"".join(b'{"text": "Loker nomor %d"}\n' % n for n in range(20_000))
READERS = {"gzip": gzip.decompress, "bzip2": bz2.decompress, "xz": lzma.decompress, "zstd": zstd.decompress}
KINDS = sorted(READERS)


def read(data: bytes) -> bytes:
    """All of it, decompressed."""
    return decompressed(io.BytesIO(data), "posts").read()


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_compressed_comes_back(kind):
    """By ours, and by the tools of others; members one after the other are one file."""
    packed = compressed(LINES[:500], kind) + compressed(b"", kind) + compressed(LINES[500:], kind)
    assert read(packed) == LINES
    assert READERS[kind](packed) == LINES


def test_what_is_not_compressed_stays_as_it_is():
    """An empty file too, and a text that begins like bzip2's mark."""
    for data in (b"", b"BZh9 adalah teks", LINES):
        assert read(data) == data


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_short_gives_its_rows_and_is_named(kind):
    """Every row before the cut is read, then the file is named and what to do."""
    packed = compressed(LINES[: len(LINES) // 2], kind) + compressed(LINES[len(LINES) // 2 :], kind)
    found = []
    with pytest.raises(InputError, match=f"^posts: the {kind} data is cut short; fetch it again"):
        found.extend(read_rows(io.BytesIO(packed[:-10]), "jsonl", name="posts"))
    assert len(found) >= 9_990
    assert [row.text for row in found] == [f"Loker nomor {n}" for n in range(len(found))]


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_named(kind):
    """A byte that changed on the way is no traceback."""
    packed = bytearray(compressed(LINES, kind))
    packed[len(packed) // 2 : len(packed) // 2 + 50] = b"\xff" * 50
    with pytest.raises(InputError, match=f"posts: the {kind} data is (damaged|cut short)"):
        read(bytes(packed))


def test_an_error_of_the_disk_is_no_damage():
    """What the system says of a file that cannot be read goes through as it is."""

    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer) -> int:
            if not self.given:
                self.given = True
                buffer[:10] = gzip.compress(LINES)[:10]
                return 10
            raise OSError(5, "Input/output error", "/dev/sda")

        given = False

    with pytest.raises(OSError, match="Input/output error"):
        decompressed(Broken(), "posts").read()


def test_the_format_stands_before_the_ending_of_the_compression():
    """``posts.csv.gz`` is a CSV; a compression alone says nothing of the format."""
    assert compression_of("a/posts.CSV.GZ") == ("a/posts.CSV", "gzip")
    assert compression_of("posts.csv") == ("posts.csv", None)
    assert [format_of(f"posts.jsonl{ending}") for ending in COMPRESSED_ENDINGS] == ["jsonl"] * 4
    assert format_of("posts.gz") is None


def test_a_compressed_table_of_columns_is_read(tmp_path):
    """Parquet inside gzip, as some tools send it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({"text": ["a", "b"]}), out)
    packed = io.BytesIO(gzip.compress(out.getvalue()))
    assert [row.text for row in read_rows(packed, "parquet", name="posts")] == ["a", "b"]
