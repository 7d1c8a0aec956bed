"""What an engine costs: the same posts by a plain loop, by Dask on one worker and on two, and by Spark.

    python -m benchmarks.cluster [POSTS]

In processor time of all processes, the engine's own among them, in the second of two rounds, as workers load
the model in the first; the ratio to the plain loop of the same run is what counts. Spark is left out, and
said to be, where pyspark or Java is missing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import pandas as pd
import psutil

from benchmarks.samples import records, stream
from tppo_watch.integrations.frames import FrameAssessor

PARTITIONS = 16


def cost(work: Callable[[], object], count: int) -> float:
    """Microseconds of the processor a post, of this process and all that it has started."""
    work()
    begun = spent_s()
    work()
    return (spent_s() - begun) / count * 1e6


def spent_s() -> float:
    """Seconds of the processor so far."""
    processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def dask_cost(assess: FrameAssessor, posts: pd.DataFrame, workers: int) -> float:
    """On worker processes of this machine."""
    import dask.dataframe as dd
    from distributed import Client, LocalCluster

    options = {"dashboard_address": None, "host": "127.0.0.1", "silence_logs": 50}
    with LocalCluster(n_workers=workers, threads_per_worker=1, **options) as cluster, Client(cluster):
        rounds = iter((posts, posts[::-1]))  # in another order, or the answer of the first would be kept

        def work() -> None:
            parts = dd.from_pandas(next(rounds), npartitions=PARTITIONS, sort=False)
            parts.map_partitions(assess, meta=assess(parts._meta)).risk.sum().compute()

        return cost(work, len(posts))


def spark_cost(assess: FrameAssessor, posts: pd.DataFrame, workers: int) -> float:
    """On local Spark. Raises ImportError or OSError where it cannot be."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(f"local[{workers}]").config("spark.ui.enabled", "false")
    for name in ("spark.driver.host", "spark.driver.bindAddress"):
        builder = builder.config(name, "127.0.0.1")
    spark = builder.getOrCreate()
    try:
        rows = list(posts.itertuples(index=False, name=None))
        frame = spark.createDataFrame(rows, "id string, text string").repartition(PARTITIONS).cache()
        scored = frame.mapInPandas(assess.over, schema=assess.spark_schema(frame))
        return cost(lambda: scored.agg({"risk": "sum"}).collect(), len(posts))
    finally:
        spark.stop()


def main(count: int) -> None:
    """Print a line an engine."""
    texts = list(stream(records(), count))
    posts = pd.DataFrame({"id": [f"p{n}" for n in range(count)], "text": texts})
    assess = FrameAssessor(keep=("id",), model="student")
    plain = cost(lambda: [assess(posts[at : at + 1000]) for at in range(0, count, 1000)], count)
    print("| engine | workers | µs a post | times the plain loop |\n| --- | ---: | ---: | ---: |")
    print(f"| plain loop | 1 | {plain:,.0f} | 1.00 |", flush=True)
    for engine, measure in (("Dask", dask_cost), ("Spark", spark_cost)):
        for workers in (1, 2):
            try:
                found = measure(assess, posts, workers)
            except (ImportError, OSError, RuntimeError) as exc:
                print(f"left out: {engine} ({exc})", file=sys.stderr)
                break
            print(f"| {engine} | {workers} | {found:,.0f} | {found / plain:.2f} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
