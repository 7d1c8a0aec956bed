"""Frames on any engine: each process its own model, every row its answer, the same as on one machine."""

from __future__ import annotations

import os
import pickle
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import tppo_watch
from benchmarks.samples import records
from tppo_watch.errors import InputError, ModelMismatchError
from tppo_watch.integrations import shared
from tppo_watch.integrations.frames import COLUMNS, FrameAssessor

POSTS = [record["text"] for record in records()[::60]][:80]


@pytest.fixture(scope="module")
def assess() -> FrameAssessor:
    """Keeps the id."""
    return FrameAssessor(keep=("id",), model="student")


@pytest.fixture
def posts() -> pd.DataFrame:
    """Real forms of text, a missing one, and one that is no text."""
    texts = [*POSTS, None, 7]
    ids = [f"p{n}" for n in range(len(texts))]
    return pd.DataFrame({"id": ids, "text": pd.Series(texts, dtype="object")})


def test_a_frame_holds_what_score_writes(assess, posts):
    """One row a row, on the same index, with the values of an assessment; bad rows have an error."""
    posts.index = posts.index[::-1]
    scored = assess(posts)
    assert scored.index.equals(posts.index)
    assert list(scored.columns) == ["id", *COLUMNS]
    expected = list(tppo_watch.load("student").assess_many(POSTS))
    assert scored.risk[:-2].tolist() == [round(a.risk, 4) for a in expected]
    assert scored.level[:-2].tolist() == [a.level for a in expected]
    assert scored.error[:-2].isna().all()
    kinds = ("null", "a number")
    assert scored.error[-2:].tolist() == [f"field 'text' is {kind}, not a text" for kind in kinds]
    assert scored.iloc[-2:].risk.isna().all()


def test_an_empty_frame_has_the_types_of_a_full_one(assess, posts):
    """An engine that plans with an empty frame gets what it was promised."""
    assert assess(posts[:0]).dtypes.equals(assess(posts).dtypes)


def test_an_iterator_of_frames_gives_an_iterator_of_frames(assess, posts):
    """As Spark's mapInPandas calls it: lazily, and with None for what is missing."""
    read = []

    def frames():
        for start in range(0, len(posts), 60):
            read.append(start)
            yield posts[start : start + 60]

    scored = assess.over(frames())
    first = next(scored)
    assert read == [0]
    whole = pd.concat([first, *scored])
    assert whole.id.tolist() == posts.id.tolist()
    assert whole.error.iloc[0] is None and whole.risk.iloc[-1] is None


def test_the_schema_for_spark_is_that_of_the_frames(assess):
    """Arrow takes every frame in the types that the schema names."""
    import pyarrow as pa

    class Field:
        def __init__(self, name: str, kind: str) -> None:
            self.name = name
            self.dataType = self
            self.simpleString = lambda: kind

    class Frame:
        schema = (Field("id", "string"), Field("text", "string"))

    schema = assess.spark_schema(Frame())
    columns = dict(re.findall(r"`(\w+)` (\w+)", schema))
    arrow = {"string": pa.string(), "double": pa.float64(), "boolean": pa.bool_()}
    (scored,) = assess.over([pd.DataFrame({"id": ["a", "b"], "text": ["Loker Poipet", None]})])
    wanted = pa.schema([(name, arrow[kind]) for name, kind in columns.items()])
    table = pa.Table.from_pandas(scored, wanted, preserve_index=False)
    assert table.column("error").to_pylist() == [None, "field 'text' is null, not a text"]


def test_it_travels_light_and_loads_once(assess, monkeypatch):
    """What is sent to a process names the model; threads that need it first at the same time load it once."""
    assert len(pickle.dumps(assess)) < 1_000
    loads = []

    def load(model):
        loads.append(threading.get_ident())
        time.sleep(0.05)
        return tppo_watch.load(model)

    shared._loaded.cache_clear()
    monkeypatch.setattr(shared, "load", load)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(shared.shared_assessor, ["student"] * 8))
    assert len(loads) == 1 and len(set(map(id, found))) == 1


def test_the_student_is_not_the_whole_model():
    """A name that stands for the model without its encoder gets it so."""
    assert shared.shared_assessor("student")._reader is None
    assert shared.shared_assessor()._reader is not None


def test_a_process_with_another_model_refuses(assess, posts):
    """Half the rows by one model and half by another would be no answer."""
    other = replace(assess)
    object.__setattr__(other, "digest", "0" * 64)
    with pytest.raises(ModelMismatchError, match="expected sha256 000000000000"):
        other(posts)


def test_a_column_that_is_not_there_is_named(assess, posts):
    """With those that are."""
    with pytest.raises(InputError, match="no column 'text'; there are: id"):
        assess(posts[["id"]])


def slowly(frame: pd.DataFrame, assess: FrameAssessor, folder: str) -> pd.DataFrame:
    """Long enough for a kill in the middle; notes which process did it."""
    Path(folder, f"{os.getpid()}-{time.monotonic_ns()}").touch()
    time.sleep(0.1)
    return assess(frame)


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes of Dask on this machine."""
    from distributed import Client, LocalCluster

    options = {"dashboard_address": None, "host": "127.0.0.1", "silence_logs": 50}
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **options) as workers:
        with Client(workers) as client:
            yield client


def test_a_killed_worker_of_a_cluster_costs_no_row(cluster, assess, posts, tmp_path):
    """Two processes of Dask share the work; one is killed in the middle, and every row has its answer."""
    import dask.dataframe as dd

    many = pd.concat([posts[:-1]] * 4, ignore_index=True)  # Dask makes texts of numbers
    parts = dd.from_pandas(many, npartitions=16)
    running = cluster.compute(parts.map_partitions(slowly, assess, str(tmp_path), meta=assess(parts._meta)))
    while len(os.listdir(tmp_path)) < 5:
        time.sleep(0.02)
    victim = next(iter(cluster.run(os.getpid).values()))
    os.kill(victim, 9)
    scored = running.result(timeout=120)
    processes = {name.partition("-")[0] for name in os.listdir(tmp_path)}
    assert str(victim) in processes and len(processes) >= 2
    assert len(os.listdir(tmp_path)) >= 16
    pd.testing.assert_frame_equal(scored, assess(many), check_dtype=False)


def test_joblib_brings_the_assessor_to_a_cluster(cluster):
    """``assess_many`` on Dask's workers says, in order, what it says here."""
    import joblib

    texts = POSTS * 3
    assessor = tppo_watch.load("student")
    with joblib.parallel_config(backend="dask"):
        found = list(assessor.assess_many(texts, jobs=2))
    assert [a.to_dict() for a in found] == [a.to_dict() for a in assessor.assess_many(texts)]
