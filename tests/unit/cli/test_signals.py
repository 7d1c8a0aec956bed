"""``tppo-watch signals --from``: the lines of the contract from files as people have them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

START = date(2026, 1, 5)
FIELDS = ["date", "series", "count", "expected", "excess", "method", "q"]


def lines(n_series: int = 10, n_days: int = 60, rise: tuple[int, int] = (2, 50)) -> list[str]:
    counts = np.random.default_rng(0).poisson(5, (n_series, n_days))
    counts[rise] = 40
    return [
        f"{START + timedelta(days=day)},s{series},{counts[series, day]}"
        for series in range(n_series)
        for day in range(n_days)
    ]


@pytest.fixture
def judged(tppo, tmp_path):
    """Call the command on a file of these bytes."""

    def run(content: str | bytes, *options: object, name: str = "counts.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tppo("signals", "--from", path, *options)

    return run


CALM_AND_A_RISE = "\n".join(["date,series,count", *lines()]) + "\n"


def test_a_rise_is_one_line(judged):
    """One line of JSON for the day and series that is above, nothing on standard error."""
    result = judged(CALM_AND_A_RISE)
    assert (result.code, result.err) == (0, "")
    (row,) = result.rows
    assert list(row) == FIELDS
    assert (row["date"], row["series"], row["count"]) == ("2026-02-24", "s2", 40)
    assert row["excess"] == pytest.approx(row["count"] - row["expected"])


@pytest.mark.parametrize(
    "content",
    [
        CALM_AND_A_RISE.encode("utf-8-sig"),
        CALM_AND_A_RISE.encode("utf-16"),
        CALM_AND_A_RISE.replace(",", ";").encode(),
        CALM_AND_A_RISE.replace(",", "\t").encode(),
        CALM_AND_A_RISE.replace("\n", "\r\n").encode(),
        "\n".join(["series,note,count,date", *(",".join([b, "x", c, a]) for a, b, c in
                   (line.split(",") for line in reversed(lines())))]).encode(),
    ],
    ids=["bom", "utf-16", "semicolons", "tabs", "crlf", "columns in another order, rows reversed"],
)  # fmt: skip
def test_files_of_spreadsheets_are_read(judged, content):
    """Whatever a spreadsheet makes of it, the signal is the same."""
    assert judged(content).rows == judged(CALM_AND_A_RISE).rows


def test_standard_input_is_read(tppo):
    """``-`` is standard input, which holds CSV."""
    assert len(tppo("signals", "--from", "-", stdin=CALM_AND_A_RISE.encode()).rows) == 1


def test_bad_rows_are_named_and_the_others_judged(judged):
    """Exit code 3, a line for each bad row, and the signal all the same."""
    result = judged(CALM_AND_A_RISE + "2026-13-01,s1,4\n2026-01-05,s9,minus\n2026-01-05,s1\n")
    assert result.code == 3
    assert len(result.rows) == 1
    assert result.err.splitlines()[-1].endswith("3 of 603 rows could not be used")


def test_many_bad_rows_do_not_flood_the_terminal(judged):
    """Twenty are named."""
    result = judged("date,series,count\n" + "x,a,1\n" * 500)
    assert result.code == 3 and len(result.err.splitlines()) == 22
    assert result.out == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("date,series,count\n", "there are no rows"),
        ("", "there are no rows"),
        ("date,series,count\n2026-01-05,a,90\n", "1 of 1 series have fewer than 15 days"),
    ],
)
def test_nothing_to_judge_is_said(judged, content, said):
    """No data and one post: no signal, and why."""
    result = judged(content)
    assert (result.code, result.out) == (0, "")
    assert said in result.complaint


def test_a_rise_of_tomorrow_is_none(judged):
    """A row from the future is left out and said."""
    result = judged(CALM_AND_A_RISE + "2199-01-01,s1,400\n")
    assert result.code == 3 and len(result.rows) == 1
    assert "1 rows lie in the future, the last on 2199-01-01" in result.err


def test_columns_that_are_not_there_are_named(judged):
    """One line that says which columns a file of counts has."""
    result = judged("day,series,count\n2026-01-01,a,2\n")
    assert result.code == 1 and result.out == ""
    assert "date" in result.complaint and "columns date, series, count" in result.complaint


@pytest.mark.parametrize("options", [("--method", "magic"), ("--max-q", "2"), ("--since", "yesterday")])
def test_a_wrong_call_is_one(judged, options):
    """Exit code 2 and one line."""
    result = judged(CALM_AND_A_RISE, *options)
    assert result.code == 2 and result.out == "" and result.complaint


def test_options_are_heeded(judged):
    """The method is named in the line; earlier days are not judged; a stricter rate signals less."""
    (row,) = judged(CALM_AND_A_RISE, "--method", "farrington").rows
    assert row["method"] == "farrington"
    assert judged(CALM_AND_A_RISE, "--since", "2026-02-25").rows == []
    assert judged(CALM_AND_A_RISE, "--max-q", "1e-30").rows == []


def test_a_file_that_is_not_there_is_one_line(tppo, tmp_path):
    """Exit code 1."""
    result = tppo("signals", "--from", tmp_path / "none.csv")
    assert result.code == 1 and "none.csv" in result.complaint
    assert tppo("signals", "--from", tmp_path).code == 1


def test_json_lines_are_read(judged):
    """A file of JSON Lines says the same."""
    content = "".join(
        f'{{"date": "{a}", "series": "{b}", "count": {c}}}\n' for a, b, c in (x.split(",") for x in lines())
    )
    assert judged(content, name="counts.jsonl").rows == judged(CALM_AND_A_RISE).rows
