from __future__ import annotations

import json
import time

import pytest

from tests.sources import page, posting
from tppo_watch.errors import SourceError
from tppo_watch.sources.markup import html_to_text

ARTICLE = (
    "<article><h1>Loker</h1>"
    + "<p>Dibutuhkan penjahit untuk usaha kecil di Samarinda.</p>" * 3
    + "</article>"
)


def test_a_posting_becomes_a_post_with_its_facts(read_bytes):
    """Employer, place, pay and kind of work stand in the text: descriptions often leave them out."""
    (post,), failures = read_bytes("page", page(posting()))
    assert post.text.splitlines() == [
        "Operator Jahit",
        "Perusahaan: PT Contoh Jaya",
        "Lokasi: Samarinda, Kalimantan Timur, ID",
        "Gaji: Rp 3500000 - 5000000 per bulan",
        "Jenis pekerjaan: penuh waktu, kontrak",
        "Dibutuhkan segera",
        "usia 18-35",
    ]
    assert (post.title, post.author, failures) == ("Operator Jahit", "PT Contoh Jaya", [])


@pytest.mark.parametrize(
    "data",
    [
        [posting()],
        {"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, posting()]},
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": posting()}]},
        posting(**{"@type": ["Thing", "https://schema.org/JobPosting"]}),
        f"<!--\n{json.dumps(posting())}\n-->",
        f"//<![CDATA[\n{json.dumps(posting())}\n//]]>",
        json.dumps(posting(), indent=1)[:-2] + ",\n}",
        json.dumps(posting()).replace("Operator Jahit", "Operator\n Jahit"),
    ],
)
def test_postings_are_found_however_they_are_wrapped(read_bytes, data):
    """Lists, graphs, lists of results, comments, and JSON that templates broke."""
    posts, failures = read_bytes("page", page(data))
    assert (len(posts), failures) == (1, [])


@pytest.mark.parametrize("block", ["{", "[" * 100_000, '{"@type": "JobPosting"'])
def test_a_broken_block_costs_itself(read_bytes, block):
    """It is counted and kept; other blocks of the page are read."""
    posts, (failure,) = read_bytes("page", page(block, posting()))
    assert len(posts) == 1
    assert failure.item == "s: JSON-LD block 1"
    assert failure.raw.startswith(block[:20].encode())


@pytest.mark.parametrize(
    "field", ["title", "identifier", "jobLocation", "baseSalary", "hiringOrganization", "url"]
)
@pytest.mark.parametrize("value", [None, 5, [], {}, True, [None], {"value": []}, {"address": [3]}, "x"])
def test_a_field_of_another_type_costs_no_posting(read_bytes, field, value):
    """Whatever a field holds, the description is read."""
    (post,), _ = read_bytes("page", page(posting(**{field: value})))
    assert "usia 18-35" in post.text


def test_a_page_without_postings_gives_its_text(read_bytes):
    """Menus and footers are left out."""
    body = f"<nav>Beranda Tentang Kami</nav>{ARTICLE}<footer>Hak cipta</footer>"
    (post,), _ = read_bytes("page", page(body=body))
    assert "Dibutuhkan penjahit" in post.text
    assert "Hak cipta" not in post.text


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"<!-- x -->"])
def test_an_empty_page_is_one_error(read_bytes, body):
    """A page with nothing to read is not taken for one that was read."""
    with pytest.raises(SourceError, match="neither a job posting nor a text"):
        read_bytes("page", body)


@pytest.mark.parametrize(
    "piece",
    ["<div>", "<b><i>", "<a href='", "<p>x", "&", "<!--", "<table><tr><td>x", "<script>", "\0", "\ud800"],
)
def test_a_megabyte_of_hostile_markup_is_worked_off(piece):
    """A million signs of anything take a few seconds of the processor at most."""
    begun = time.process_time()
    html_to_text(piece * (1_000_000 // len(piece)))
    assert time.process_time() - begun < 5


def test_words_in_the_depth_of_a_page_are_read():
    """Nobody hides words by wrapping them a thousand times."""
    assert html_to_text("<div>" * 1500 + "rahasia") == "rahasia"
