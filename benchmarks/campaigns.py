"""How fast posts are grouped into campaigns, and whether the time grows with their number and no faster.

The posts are made by a generator with a fixed seed: words of syllables, ads of 40 to 80 words, 30% of them
near-copies of an earlier ad with other slots, some in another order of sentences, some with another contact
of the same recruiter. Timed are, apart from each other,

- reading: the print of a text that was assessed before (normalising, shingles, keyed hashes);
- grouping: wordings, contacts and campaigns of prints, in batches of 256 as a scan does, every post asked for
  its campaign after its batch.

Beside them, on the same shingles in the same run, ``rensa.RMinHashDeduplicator``: near-copies without
contacts, weights, campaigns or reasons. Times are those of the processor, on one core.

    python -m benchmarks.campaigns                     # 100,000 posts
    python -m benchmarks.campaigns --posts 1000000     # some minutes, and about 3 GB
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import resource
import time
from collections.abc import Iterator, Sequence
from itertools import accumulate

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # one core

from rensa import RMinHashDeduplicator  # noqa: E402

from tppo_watch.campaigns import Grouper, Print, print_of  # noqa: E402
from tppo_watch.text.document import read  # noqa: E402
from tppo_watch.types import Assessment, Entity  # noqa: E402

BATCH = 256
SHARE_COPIES = 0.3
CAMPAIGN = 12  # copies of one ad, on average
_SYLLABLES = [a + b for a in ("b", "d", "g", "j", "k", "l", "m", "n", "p", "r", "s", "t") for b in "aiueo"]


def posts(number: int, seed: int = 6) -> Iterator[tuple[str, str]]:
    """`number` texts with the contact in each, in the order in which they come."""
    draw = random.Random(seed)
    words = ["".join(draw.choices(_SYLLABLES, k=draw.randint(1, 4))) for _ in range(8_000)]
    weights = [1 / (rank + 10) for rank in range(len(words))]  # few words are frequent, as in any language
    cumulated = list(accumulate(weights))
    templates: list[tuple[list[str], list[str]]] = []
    for made in range(number):
        if templates and draw.random() < SHARE_COPIES:
            sentences, contacts = draw.choice(templates)
            if draw.random() < 0.3:
                sentences = draw.sample(sentences, len(sentences))
        else:
            length = draw.randint(40, 80)
            ad = draw.choices(words, cum_weights=cumulated, k=length)
            step = draw.randint(8, 14)
            sentences = [" ".join(ad[at : at + step]) for at in range(0, length, step)]
            contacts = [f"0812{made % 10**8:08}"]
            if draw.random() < 0.1:
                contacts.append(f"0813{made % 10**8:08}")
            if draw.random() < 1 / CAMPAIGN / (1 - SHARE_COPIES) * SHARE_COPIES:
                templates.append((sentences, contacts))
        contact = draw.choice(contacts)
        pay = draw.randint(30, 150) / 10
        yield ". ".join([*sentences, f"gaji {pay} juta", f"hubungi {contact}"]), contact


def assessed(text: str, contact: str) -> Assessment:
    """What an assessor would say of a made post: here only the contact counts."""
    at = text.rindex(contact)
    value = {"type": "phone", "normalized": "+62" + contact[1:]}
    entity = Entity("contact", at, at + len(contact), contact, value)
    return Assessment(
        risk=0.5, level="medium", label="benign", stance="offer", assistance=False, interval=(0.4, 0.6),
        exploitation={}, indicators=(), counter=(), entities=(entity,), reasons=(), missing=(), lang="id",
        model="none", text=text,
    )  # fmt: skip


def group(posts: Sequence[tuple[str, Print]]) -> Iterator[float]:
    """Seconds that each tenth of `posts` took, in batches."""
    grouper = Grouper()
    tenth = max(len(posts) // 10, 1)
    begun = time.process_time()
    for start in range(0, len(posts), BATCH):
        batch = posts[start : start + BATCH]
        for id, print in batch:
            grouper.add(id, print)
        for id, _ in batch:
            grouper.campaign_of(id)
        if (start + BATCH) // tenth > start // tenth:
            now = time.process_time()
            yield now - begun
            begun = now


def peer(posts: Sequence[tuple[str, Print]]) -> float:
    """Seconds in which rensa alone finds near-copies among the same shingles."""
    sets = [(id, [value.tobytes() for value in print.hashes()]) for id, print in posts]
    deduplicator = RMinHashDeduplicator(threshold=0.6, num_perm=32, use_lsh=True, num_bands=16)
    begun = time.process_time()
    deduplicator.add_pairs(sets)
    return time.process_time() - begun


def run(number: int) -> dict[str, float]:
    """The measures of one run; times are those of the processor."""
    made = [assessed(*pair) for pair in posts(number)]
    begun = time.process_time()
    prints = [print_of(read(assessment.text), assessment, b"benchmark") for assessment in made]
    reading = time.process_time() - begun
    del made
    printed = [(str(index), print) for index, print in enumerate(prints)]
    gc.collect()
    gc.freeze()  # the collector need not go through what this benchmark holds, and a scan does not
    tenths = list(group(printed))
    gc.unfreeze()
    grouping = sum(tenths)
    sample = printed[: min(number, 20_000)]
    return {
        "reading, posts/s": number / reading,
        "grouping, posts/s": number / grouping,
        "last tenth / first": tenths[-1] / tenths[0],
        "slowest tenth / fastest": max(tenths) / min(tenths),
        "grouping / rensa alone, time": (grouping / number) / (peer(sample) / len(sample)),
        "memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--posts", type=int, default=100_000)
    number = parser.parse_args().posts
    print(f"{number:,} posts")
    for name, value in run(number).items():
        print(f"{name:32} {value:12,.2f}")


if __name__ == "__main__":
    main()
