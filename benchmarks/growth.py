"""How it grows: a thousand posts to a million, memory, the start, and a million posts from file to file.

    python -m benchmarks.growth [--most 1000000] [--file-rows 1000000] [--jobs 2]

Posts are those of `benchmarks.samples.stream`; nothing is left behind. Growth is in processor time of one
core, each size in a process of its own; the file is written by the clock on the wall, so leave the machine
alone meanwhile, or read the processor time beside it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

import tppo_watch
from benchmarks.samples import records, stream, write_posts
from tppo_watch.io.writing import ScoreEncoder

_GROWTH = """
import itertools, json, resource, sys, time
import tppo_watch
from benchmarks.samples import records, stream
assessor = tppo_watch.load(sys.argv[1])
count, spent, done, corpus = int(sys.argv[2]), 0.0, 0, records()
posts = stream(corpus, count)
list(assessor.assess_many([record["text"] for record in corpus[:500]]))  # tables that are made on first use
while ads := list(itertools.islice(posts, 10_000)):
    begun = time.process_time()
    done += sum(1 for _ in assessor.assess_many(ads))
    spent += time.process_time() - begun
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"us": spent / done * 1e6, "mb": peak}))
"""
_START = """
import resource, time
begun = time.perf_counter()
import tppo_watch
assessor = tppo_watch.load({model!r})
assessor.assess("Loker admin Poipet, gaji 12jt bersih, berangkat visa turis")
print(time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
_SAMPLED_EVERY_S = 0.5


def growth(model: str, most: int) -> None:
    """Print microseconds of a core a post, and the peak of memory in MB, from a thousand posts to `most`."""
    count = 1_000
    while count <= most:
        command = [sys.executable, "-c", _GROWTH, model, str(count)]
        said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(f"| {model} | {count:,} | {said['us']:,.0f} | {said['mb']:,.0f} |", flush=True)
        count *= 10


def start(model: str, times: int = 5) -> tuple[float, float]:
    """Seconds of the processor until a first answer in a new process, the best of some; MB of memory then."""
    runs = []
    for _ in range(times):
        command = [sys.executable, "-c", _START.format(model=model)]
        seconds, peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        runs.append((float(seconds), float(peak)))
    return min(runs)


def explain(times: int = 5) -> float:
    """Seconds of the processor of ``tppo-watch explain``, from its start to its end, the best of some."""
    runs = []
    for _ in range(times):
        command = [sys.executable, "-m", "tppo_watch", "explain", "Loker admin Poipet, gaji 12jt bersih"]
        process = psutil.Popen(command, stdout=subprocess.DEVNULL)
        spent = 0.0
        while process.poll() is None:
            try:
                times_now = process.cpu_times()
                spent = times_now.user + times_now.system
            except psutil.Error:
                break
            time.sleep(0.005)
        process.wait()
        runs.append(spent)
    return min(runs)


def scored_file(model: str, rows: int, jobs: int) -> dict[str, float]:
    """A file of posts scored into another: seconds by the clock and of the processor, peak of all processes.

    The peak counts what processes share once (PSS), as the memory of the machine does.
    """
    with tempfile.TemporaryDirectory() as folder:
        posts, out = Path(folder) / "posts.jsonl", Path(folder) / "scores.jsonl"
        write_posts(posts, rows)
        arguments = ["score", str(posts), "--out", str(out), "--jobs", str(jobs), "--model", model]
        begun = time.perf_counter()
        process = psutil.Popen([sys.executable, "-m", "tppo_watch", *arguments])
        peak, spent = 0.0, {}
        while process.poll() is None:
            total = 0
            try:
                for one in (process, *process.children(recursive=True)):
                    try:
                        total += one.memory_full_info().pss
                        spent[one.pid] = sum(one.cpu_times()[:2])
                    except psutil.Error:  # it has just ended
                        continue
            except psutil.Error:
                break
            peak = max(peak, total / 2**20)
            time.sleep(_SAMPLED_EVERY_S)
        seconds = time.perf_counter() - begun
        if process.wait():
            raise SystemExit("score failed")
        with out.open("rb") as file:
            written = sum(1 for _ in file)
        assert written == rows, (written, rows)
    return {"seconds": seconds, "cpu": sum(spent.values()), "mb": peak}


def sizes(model: str, count: int = 4_000) -> dict[str, float]:
    """Bytes a row of input and output, all of it and from `low` on, and the share of posts from `low` on."""
    posts = list(stream(records(), count))
    found = list(tppo_watch.load(model).assess_many(posts))
    rows = [{"id": f"p{n}", **one.to_dict()} for n, one in enumerate(found)]
    told = [row for row in rows if row["level"] != "none"]
    plain, packed = ScoreEncoder("jsonl"), ScoreEncoder("jsonl", "zstd")
    given = sum(
        len(json.dumps({"id": "p1234567", "text": post}, ensure_ascii=False).encode()) for post in posts
    )
    return {
        "input": given / count,
        "output": len(plain.encode(rows)) / count,
        "output, zstd": len(packed.encode(rows)) / count,
        "output from low on": len(plain.encode(told)) / count,
        "posts from low on, in 100": 100 * len(told) / count,
    }


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--most", type=int, default=1_000_000, help="posts of the last step of growth")
    parser.add_argument("--file-rows", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    print("| model | start to first answer, s | MB |\n| --- | ---: | ---: |")
    for model in ("student", "default"):
        seconds, peak = start(model)
        print(f"| {model} | {seconds:.2f} | {peak:,.0f} |")
    print(f"| `tppo-watch explain`, whole | {explain():.2f} | |\n", flush=True)
    print("| bytes a post of the daily mix | |\n| --- | ---: |")
    for name, value in sizes("student").items():
        print(f"| {name} | {value:,.0f} |")
    print("\n| model | posts | µs a post | MB |\n| --- | ---: | ---: | ---: |")
    growth("student", options.most)
    if options.file_rows:
        print("\n| model | rows | jobs | s | rows/s | s of the processor | MB |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
        found = scored_file("student", options.file_rows, options.jobs)
        rate = options.file_rows / found["seconds"]
        print(
            f"| student | {options.file_rows:,} | {options.jobs} | {found['seconds']:.0f} | {rate:,.0f} "
            f"| {found['cpu']:.0f} | {found['mb']:,.0f} |"
        )


if __name__ == "__main__":
    main()
