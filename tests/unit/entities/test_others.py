"""Ages, genders, papers, organisations, licences, dates."""

from __future__ import annotations

import pytest

from tppo_watch.entities import find_entities
from tppo_watch.text.document import read


def _values(text: str, kind: str) -> list[dict]:
    return [dict(e.value) for e in find_entities(read(text)) if e.kind == kind]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("usia 18-35 tahun", {"min": 18, "max": 35}),
        ("umur 18 thn - 27 thn", {"min": 18, "max": 27}),
        ("usia maksimal 30", {"max": 30}),
        ("17 thn ke atas", {"min": 17}),
        ("cewek 21+", {"min": 21}),
        ("umur lima belas", {"min": 15, "max": 15}),
        ("SMA, 19-28, sehat", {"min": 19, "max": 28}),
    ],
)
def test_reads_an_age(text, value):
    """Ranges, bounds and single ages are read, in digits and words."""
    assert _values(text, "age") == [value]


@pytest.mark.parametrize(
    "text", ["pengalaman 2-15 tahun", "kontrak 20 tahun", "ayam umur 18-20 minggu", "butuh 20-30 orang"]
)
def test_other_years_are_no_age(text):
    """Experience, contracts, weeks and head counts are no ages."""
    assert _values(text, "age") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("dicari cewek", "female"), ("pria/wanita", "any"), ("L/P sehat", "any"), ("laki-laki", "male")],
)
def test_reads_a_gender(text, value):
    """Both genders named together are any."""
    assert _values(text, "gender") == [{"value": value}]


def test_goods_have_no_gender():
    """Shoes for men seek nobody."""
    assert _values("jual sepatu pria", "gender") == []


def test_kk_counts_beside_other_papers_only():
    """`kk` is a family card next to an identity card, and an elder sibling elsewhere."""
    assert {"name": "kk"} in _values("fotokopi KTP dan KK", "document")
    assert _values("kk aku mau tanya dong", "document") == []


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("PT. Ujung Karya Sejahtera membutuhkan staf", "employer", "PT. Ujung Karya Sejahtera"),
        ("LPK Ujung Sakura membuka kelas", "agency", "LPK Ujung Sakura"),
        ("PT Ujung Bahari, SIP3MI 111/2024", "agency", "PT Ujung Bahari"),
        ("agensi Ujung Karir", "agency", "Ujung Karir"),
        ('Kafe "Ujung Senja" cari barista', "employer", 'Kafe "Ujung Senja'),
    ],
)
def test_reads_an_organisation(text, kind, name):
    """Whoever places people with others is an agency."""
    assert [value["name"] for value in _values(text, kind)] == [name]


@pytest.mark.parametrize("text", ["duduk di kafe. Ketua RT datang", "warung Madura", "gaji RM 1.700"])
def test_common_nouns_are_no_organisation(text):
    """A noun followed by a new sentence, a place or a sum is no name."""
    assert _values(text, "employer") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("SIP3MI No. 0267/2024", {"type": "SIP3MI", "number": "0267/2024"}),
        ("siuppak 0451", {"type": "SIUPPAK", "number": "0451"}),
        ("NIB 9120000000000", {"type": "other", "number": "9120000000000"}),
        ("SIP2MI terlampir", {"type": "SIP2MI"}),
    ],
)
def test_reads_a_licence(text, value):
    """The number stands as written; a licence that is only named has none."""
    assert _values(text, "licence") == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("interview 12 Februari 2026", {"date": "2026-02-12"}),
        ("05/03/2026", {"date": "2026-03-05"}),
        ("2026-04-30", {"date": "2026-04-30"}),
        ("12-14 Maret 2026", {"start": "2026-03-12", "end": "2026-03-14"}),
    ],
)
def test_reads_a_date(text, value):
    """Dates are day first; a range has two ends."""
    assert _values(text, "date") == [value]


@pytest.mark.parametrize("text", ["berangkat besok", "31/02/2026", "12 Februari", "jam 08.00-16.00"])
def test_no_date_is_guessed(text):
    """A day that the text does not fix, or that does not exist, is no date."""
    assert _values(text, "date") == []
