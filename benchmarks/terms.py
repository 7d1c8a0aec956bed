"""How surely a new term is offered: terms planted into twelve weeks of posts of our own corpus.

A replay draws 250 posts a week, of each of which the model said whether it is worth a look; each stands for a
campaign of one to some copies. Into flagged posts of the last one to four weeks four new terms are planted: a
word, a phrase, a place and an employer, each in three to eight campaigns, in other sentences every time. Of
each, one post that is not flagged speaks too. Besides there is what must not be offered: a sentence that one
campaign copies sixty times, a word that rises everywhere, a person's name, a number and a handle in six
campaigns.

    python -m benchmarks.terms                  # 60 replays, a minute or two
    python -m benchmarks.terms --replays 10 --show
    python -m benchmarks.terms --stored 100000  # how long a database of so many posts takes
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import tppo_watch
from tppo_watch.assessor import read_texts
from tppo_watch.config import settings_from
from tppo_watch.signals.emerging import WEEKS, Emerging, EmergingTerm, Use
from tppo_watch.signals.terms import Terms, terms_of
from tppo_watch.storage import posts, sources
from tppo_watch.storage.posts import NewPost, content_hash
from tppo_watch.text.document import read as read_document
from tppo_watch.types import Assessment
from tppo_watch.watch import open_watch

T = TypeVar("T")
CORPUS = Path(__file__).parents[1] / "models" / "corpus"
TODAY = date(2026, 6, 1)
POSTS_A_WEEK = 250
SEEDS = range(1000, 1060)  # none that the limits of `tppo_watch.signals.emerging` were chosen on
TOP = 10
CAMPAIGNS = (3, 8)  # that use a planted term, at least and at most

#: What is planted; hardly any of it stands in the corpus.
WORDS = (
    "takeaway", "glamping", "sortasi", "moderator", "dropzone", "webtoon", "hydroponik", "karantina",
    "shelter", "kurasi", "gacha", "tokenisasi", "podcast", "afiliator", "endorser", "cosplay", "barter",
    "drone",
)  # fmt: skip
PHRASES = (
    "paket senyap", "jalur kebun", "program bintang laut", "tim balik layar", "kelas terbang", "kloter hijau",
    "kamar kaca", "proyek pasir putih", "kartu pulang", "kapal putih", "skema titip badan", "mitra bayangan",
    "jadwal bayar belakang", "ruang sunyi", "kontrak lisan keluarga", "dana pelukan",
)  # fmt: skip
PLACES = (
    "Kampung Berilu", "Teluk Merawang", "Pulau Sangkih", "Bukit Senarai", "Muara Kelindan", "Tanjung Beliung",
    "Lembah Korindo", "Simpang Ruai",
)  # fmt: skip
EMPLOYERS = (
    "PT Lintas Benua Sejati", "CV Tirta Gemilang Utara", "PT Samudra Kencana Prima", "PT Graha Benderang",
    "CV Lentera Tiga Penjuru", "PT Anugerah Kargo Lestari", "PT Mitra Arungan Bahari", "CV Sentosa Layang",
)  # fmt: skip
FRAMES = {
    "term": (
        "Ini {} yang lagi dicari.", "Yang belum paham {} tanya dulu.", "Lewat {} semua cepat.",
        "{} sudah jalan!", "Khusus {} minggu depan.", "Banyak yang ambil {} bulan lalu",
        "Info soal {} menyusul.", "Sistemnya {}, aman.",
    ),
    "place": ("Penempatan di {}.", "Kumpul di {} dulu.", "Tujuan {}, langsung jalan.", "Mes ada di {}."),
    "employer": (
        "Bekerja untuk {}.", "{} membuka lagi.", "Perusahaannya {}, sudah lama.", "Dikontrak {} langsung.",
    ),
}  # fmt: skip
COPIED = "Ayo gabung sekeluarga besar matahari pagi bersama kami"
EVERYWHERE = "mudik gratis"
PERSON = ("Hubungi Mbak Sukinah Tarwiyah", "chat Sukinah Tarwiyah", "Sukinah Tarwiyah 0812-0000-0{:03}")
HANDLE = "@berkahmigran_{:03} 0812-0000-0{:03}"
KINDS = ("word", "phrase", "place", "employer")
FORBIDDEN = ("sukinah", "tarwiyah", "berkahmigran", "0812", "matahari pagi", "keluarga besar")


@dataclass(frozen=True)
class Corpus:
    """Texts with their terms, apart by whether they were flagged."""

    flagged: list[tuple[str, Terms]]
    others: list[tuple[str, Terms]]


@dataclass(frozen=True)
class Planted:
    """One replay."""

    wanted: dict[str, int]  #: term -> campaigns it was planted into
    offered: list[EmergingTerm]

    def found(self, top: int = TOP) -> set[str]:
        return set(self.wanted) & {one.text for one in self.offered[:top]}


def read(text: str) -> Terms:
    """The terms of a text, by its rules alone."""
    (reading,) = read_texts([text])
    return terms_of(text, reading.entities)


def corpus_texts(folder: Path = CORPUS) -> list[str]:
    """All texts of the corpus."""
    return [
        json.loads(line)["text"]
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]


def corpus(folder: Path = CORPUS, *, limit: int | None = None) -> Corpus:
    """The corpus as the model without its encoder sees it."""
    texts = corpus_texts(folder)
    if limit is not None:
        texts = random.Random(0).sample(texts, limit)
    flagged, others = [], []
    for text, found in zip(texts, tppo_watch.load("student").assess_many(texts), strict=True):
        chosen = flagged if found.level in ("medium", "high") else others
        chosen.append((text, terms_of(text, found.entities)))
    return Corpus(flagged, others)


def replay(seed: int, texts: Corpus, *, is_planted: bool = True) -> Planted:
    """Twelve weeks, and what is offered at their end."""
    draw = random.Random(seed)
    share = len(texts.flagged) / (len(texts.flagged) + len(texts.others))
    flagged_a_week = max(12, int(POSTS_A_WEEK * min(share, 0.2)))
    weeks = list(_weeks(draw, texts.flagged, flagged_a_week))
    others = list(_weeks(draw, texts.others, POSTS_A_WEEK - flagged_a_week))
    wanted: dict[str, int] = {}
    added: dict[tuple[int, int], list[str]] = {}
    elsewhere: dict[tuple[int, int], list[str]] = {}
    for kind, term in zip(("term", "term", "place", "employer"), _terms(draw), strict=True):
        if not is_planted:
            break
        since = draw.randint(1, 4)
        number = wanted[_canonical(term)] = draw.randint(*CAMPAIGNS)
        for at in draw.sample(range(since * flagged_a_week), number):
            place = WEEKS - 1 - at // flagged_a_week, at % flagged_a_week
            added.setdefault(place, []).append(draw.choice(FRAMES[kind]).format(term))
        elsewhere.setdefault((draw.randrange(WEEKS), draw.randrange(50)), []).append(f"Apa itu {term}?")
    _distract(draw, added, elsewhere, flagged_a_week)
    uses, names, number = [], set(), 0
    for week, drawn in enumerate(weeks):
        for at, (text, terms) in enumerate(drawn):
            if more := added.get((week, at)):
                terms = read("\n".join([text, *more]))
            names |= terms.names
            copies = 60 if more and COPIED in more else min(int(draw.expovariate(0.7)) + 1, 8)
            for _ in range(copies):
                number += 1
                day = TODAY - timedelta(days=7 * (WEEKS - week) - draw.randrange(7))
                uses.append(Use(number, day, f"c{week}-{at}", terms.kinds))
    emerging = Emerging(uses, today=TODAY, barred=names)
    for week, drawn in enumerate(others):
        for at, (text, terms) in enumerate(drawn):
            if more := elsewhere.get((week, at)):
                terms = read("\n".join([text, *more]))
            emerging.add_other((week, at), terms.kinds)
    return Planted(wanted, emerging.ranked(50))


def _weeks(draw: random.Random, texts: list[T], a_week: int) -> Iterator[list[T]]:
    """Texts by week, none of them twice while there are enough."""
    drawn = draw.sample(texts, min(WEEKS * a_week, len(texts)))
    drawn += draw.choices(texts, k=WEEKS * a_week - len(drawn))
    return (drawn[start : start + a_week] for start in range(0, len(drawn), a_week))


def _terms(draw: random.Random) -> tuple[str, ...]:
    return tuple(draw.choice(pool) for pool in (WORDS, PHRASES, PLACES, EMPLOYERS))


def _canonical(term: str) -> str:
    """The term as it is offered."""
    return " ".join(read_document(term).tokens)


def _distract(
    draw: random.Random, added: dict[tuple[int, int], list[str]], elsewhere: dict[tuple[int, int], list[str]],
    flagged_a_week: int,
) -> None:  # fmt: skip
    """What rises as the terms do, and must not be offered."""
    for at in draw.sample(range(2 * flagged_a_week), 6):
        place = WEEKS - 1 - at // flagged_a_week, at % flagged_a_week
        said = (draw.choice(PERSON).format(at), HANDLE.format(at, at), f"Ada {EVERYWHERE}.")
        added.setdefault(place, []).extend(said)
    added.setdefault((WEEKS - 1, draw.randrange(flagged_a_week)), []).append(COPIED)
    for week in (WEEKS - 2, WEEKS - 1):
        for at in draw.sample(range(50, 150), 40):
            elsewhere.setdefault((week, at), []).append(f"Ada {EVERYWHERE}.")


def main() -> None:
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("--replays", type=int, default=len(SEEDS))
    parser.add_argument("--first-seed", type=int, default=SEEDS[0])
    parser.add_argument("--show", action="store_true", help="print what is offered")
    parser.add_argument(
        "--stored", type=int, metavar="POSTS", help="time a database of so many posts instead"
    )
    options = parser.parse_args()
    if options.stored:
        print("\n".join(f"{name:10} {seconds:6.1f} s" for name, seconds in stored(options.stored).items()))
        return
    print("\n".join(report(range(options.first_seed, options.first_seed + options.replays), options.show)))


def stored(number: int, texts: int = 2500) -> dict[str, float]:
    """Seconds that signals and terms take on an SQLite file with `number` posts of half a year."""
    chosen = random.Random(0).sample(corpus_texts(), texts)
    said = list(tppo_watch.load("student").assess_many(chosen))
    now = datetime(2026, 6, 1, 5, tzinfo=UTC)
    with TemporaryDirectory() as folder:
        settings = settings_from({}, folder=Path(folder))
        with open_watch(settings, clock=lambda: now) as watch:
            with watch._store.write() as connection:
                sources.ensure(connection, "s")
                for start in range(0, number, 1000):
                    _fill(connection, range(start, min(start + 1000, number)), number, chosen, said, now)
            took = {}
            for name, work in (("signals", watch.raise_signals), ("terms", watch.find_terms)):
                begun = time.perf_counter()
                work()
                took[name] = time.perf_counter() - begun
    return took


def _fill(
    connection: Any, numbers: range, of: int, texts: list[str], said: list[Assessment], now: datetime
) -> None:
    new = []
    for at in numbers:
        text, fetched = f"{texts[at % len(texts)]} {at}", now - timedelta(days=210 * (1 - at / of))
        published = fetched - timedelta(hours=1)
        new.append(
            (NewPost("s", str(at), content_hash(text), text, fetched, (str(at),), published=published), None)
        )
    ids = posts.add(connection, new)
    rows = [(id, said[at % len(texts)]) for id, at in zip(ids, numbers, strict=True)]
    posts.add_assessments(connection, rows)


def report(seeds: Sequence[int], is_shown: bool = False) -> list[str]:
    """The measures over replays with these seeds."""
    texts, lines = corpus(), []
    kinds, sizes = Counter[str](), Counter[int]()
    found_kinds, found_sizes = Counter[str](), Counter[int]()
    forbidden = besides = calm = 0
    for seed in seeds:
        one = replay(seed, texts)
        for kind, (term, size) in zip(KINDS, one.wanted.items(), strict=True):
            kinds[kind] += 1
            sizes[size] += 1
            found_kinds[kind] += term in one.found()
            found_sizes[size] += term in one.found()
        forbidden += sum(any(bad in term.text for bad in FORBIDDEN) for term in one.offered)
        besides += sum(term.text not in one.wanted for term in one.offered[:TOP])
        calm += len(replay(seed, texts, is_planted=False).offered[:TOP])
        if is_shown:
            lines += [f"{seed}: planted {', '.join(one.wanted)}", *map(_line, one.offered[:TOP])]
    number, runs = sum(kinds.values()), len(seeds)
    return [
        *lines,
        f"{runs} replays, {number} terms planted; in the top {TOP}: {sum(found_kinds.values()) / number:.1%}",
        ", ".join(f"{kind} {found_kinds[kind] / kinds[kind]:.0%}" for kind in KINDS),
        "by campaigns that use it: "
        + ", ".join(f"{size}: {found_sizes[size] / n:.0%} of {n}" for size, n in sorted(sizes.items())),
        f"others in the top {TOP}: {besides / runs:.1f} a replay; with nothing planted: {calm / runs:.1f}",
        f"names, numbers, handles and copied sentences offered: {forbidden}",
    ]


def _line(term: EmergingTerm) -> str:
    return f"    {term.score:.1f} {term.text} ({term.kind}), {term.voices} of late, {term.others} besides"


if __name__ == "__main__":
    main()
