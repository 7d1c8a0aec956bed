"""Sums of money: how they are read, and what they are for."""

from __future__ import annotations

import pytest

from tppo_watch.entities import find_entities
from tppo_watch.text.document import read


def _sums(text: str) -> list[tuple[str, dict]]:
    kinds = ("salary", "fee", "debt")
    return [(e.kind, dict(e.value)) for e in find_entities(read(text)) if e.kind in kinds]


def _pay(low: float | None, high: float | None, currency: str = "IDR", period: str = "month") -> dict:
    ends = {name: end for name, end in (("min", low), ("max", high)) if end is not None}
    return {**ends, "currency": currency, "period": period}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("gaji 4,25 jt", _pay(4_250_000, 4_250_000)),
        ("gaji 12-15 jt", _pay(12_000_000, 15_000_000)),
        ("gaji 800rb-1,2jt", _pay(800_000, 1_200_000)),
        ("Gaji: Rp. 3.500.000,- s/d Rp. 5.000.000,-", _pay(3_500_000, 5_000_000)),
        ("gaji 2.500 juta", _pay(2_500_000, 2_500_000)),
        ("gaji tiga juta setengah", _pay(3_500_000, 3_500_000)),
        ("gaji sejuta dua ratus", _pay(1_200_000, 1_200_000)),
        ("gaji 2½ juta", _pay(2_500_000, 2_500_000)),
        ("gajine patang yuta sewulan", _pay(4_000_000, 4_000_000)),
        ("gaji minimal 5 juta", _pay(5_000_000, None)),
        ("gaji sampai 15 juta", _pay(None, 15_000_000)),
        ("gaji 7jt+", _pay(7_000_000, None)),
        ("upah 130rb sehari", _pay(130_000, 130_000, period="day")),
        ("upah 40 ribu per jam", _pay(40_000, 40_000, period="hour")),
        ("upah panen Rp 300 per kg", _pay(300, 300, period="piece")),
        ("bayaran 6 juta sekali melaut", _pay(6_000_000, 6_000_000, period="trip")),
        ("salary USD 1,100 per month", _pay(1100, 1100, "USD")),
        ("gaji 950 dolar", _pay(950, 950, "USD")),
        ("gaji 950 dolar Singapura", _pay(950, 950, "SGD")),
        ("gaji NT$ 28.590/bln", _pay(28590, 28590, "TWD")),
        ("gaji RM1.700", _pay(1700, 1700, "MYR")),
        ("gaji 2,1 juta won", _pay(2_100_000, 2_100_000, "KRW")),
        ("gaji 18 man yen", _pay(180_000, 180_000, "JPY")),
        ("gaji 900 USDT", _pay(900, 900, "USDT")),
        ("gaji 11", _pay(11_000_000, 11_000_000)),
        ("gaji 600 per bulan", _pay(600_000, 600_000)),
    ],
)
def test_reads_pay(text, value):
    """Every way of writing pay gives its value, currency and period."""
    assert _sums(text) == [("salary", value)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("biaya administrasi 3 juta", "fee"),
        ("uang seragam 450rb", "fee"),
        ("5 juta dipotong dari gaji", "fee"),
        ("DP 7jt ke rekening", "fee"),
        ("kasbon 2 juta", "debt"),
        ("panjar sejuta", "debt"),
        ("kalau kabur denda 20 juta", "debt"),
        ("sisa utang 4 juta", "debt"),
    ],
)
def test_tells_what_a_sum_is_for(text, kind):
    """What the worker pays is a fee, what binds the worker is a debt; neither has a period."""
    ((found, value),) = _sums(text)
    assert found == kind
    assert "period" not in value


@pytest.mark.parametrize(
    "text",
    [
        "Dijual motor bekas harga 8 juta nego",
        "Terima kos putri 750rb/bulan",
        "gaji UMR, lembur dihitung",
        "gaji 2 minggu sekali",
        "bayar paket 1.5GB",
        "kerja 8 jam sehari, libur 4 hari sebulan",
        "mahar 50 juta untuk keluarga",
        "hubungi 0812-0000-4417",
        "Pemkot menyiapkan anggaran 12 miliar",
    ],
)
def test_leaves_other_numbers_alone(text):
    """A price, a rent, a count, a telephone number or pay without a number is no sum of ours."""
    assert _sums(text) == []


def test_period_of_hours_is_not_that_of_pay():
    """The day that belongs to the hours does not make pay daily."""
    assert _sums("kerja 8 jam sehari gaji 3 juta") == [("salary", _pay(3_000_000, 3_000_000))]


def test_pay_and_fee_stand_side_by_side():
    """Each sum of a sentence takes the word nearest to it."""
    assert [kind for kind, _ in _sums("Gaji 9 juta, biaya proses 25 juta, kasbon 2 juta")] == [
        "salary",
        "fee",
        "debt",
    ]
