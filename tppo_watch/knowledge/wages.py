"""Whether a promised income is what such work pays at such a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import compress
from statistics import median
from typing import Any, Literal

from pydantic import Field

from ..errors import KnowledgeError
from .places import Checked, checked, gazetteer


class _Wage(Checked):
    country: str | None = None
    role: str = "unskilled"
    amount: float = Field(gt=0)
    currency: str
    period: Literal["hour", "day", "week", "month", "year"]
    year: int
    kind: Literal["minimum", "market"]
    source: str
    note: str = ""


class _Minimum(Checked):
    year: int
    sources: tuple[str, ...]
    wages: dict[str, int]
    province: str | None = None
    note: str = ""


class _Lure(Checked):
    genre: str
    promise: str
    year: int
    source: str


class _WagesFile(Checked):
    schema_version: Literal[1]
    how_to_use: tuple[str, ...]
    rates_idr: dict[str, float]
    per_month: dict[str, float]
    district_minimum: tuple[_Minimum, ...]
    sector_minimum: tuple[_Minimum, ...]
    abroad: tuple[_Wage, ...]
    abroad_default: _Wage
    lure_ranges_seen: tuple[_Lure, ...]
    not_found: tuple[str, ...]


class Role(Checked):
    """A class of work."""

    id: str
    multiple: float = Field(gt=0)  #: of the reference wage
    words: tuple[str, ...]


class _RolesFile(Checked):
    schema_version: Literal[1]
    roles: tuple[Role, ...]


def judge(
    salary: Mapping[str, Any],
    *,
    country: str | None = None,
    place: str | None = None,
    role: str | None = None,
) -> float | None:
    """How many times the usual pay is promised.

    Parameters
    ----------
    salary : mapping
        The `value` of a salary entity.
    country, place : str, optional
        Where the work is, as in the `value` of a destination; Indonesia where the country is not known.
    role : str, optional
        A class of ``roles.yaml``, as `role_in` gives it; unskilled work where it is not known.

    Returns
    -------
    float or None
        Monthly income over the reference: for unskilled work above about 2.5 is unusual, above 4 very
        unusual, below 0.6 is less than the law allows. The middle of a range counts. None where the pay is by
        trip or piece, or the currency has no rate.
    """
    income = monthly_idr(salary)
    return None if income is None else income / reference_idr(country, place, role)


def monthly_idr(salary: Mapping[str, Any]) -> float | None:
    """A salary in rupiah a month, or None where it cannot be said."""
    table = _wages()
    ends = [salary[name] for name in ("min", "max") if name in salary]
    rate, times = (
        table.rates_idr.get(salary.get("currency", "IDR")),
        table.per_month.get(salary.get("period", "month")),
    )
    if not ends or rate is None or times is None:
        return None
    return sum(ends) / len(ends) * rate * times


@lru_cache(maxsize=4096)
def reference_idr(country: str | None = None, place: str | None = None, role: str | None = None) -> float:
    """The usual pay for a role at a place, in rupiah a month.

    Raises
    ------
    ValueError
        If there is no such role.
    """
    classes = roles()
    name = role or "unskilled"
    if name not in classes:
        raise ValueError(f"no role {name!r}; one of {', '.join(classes)}")
    if country in (None, "ID"):
        return _minimum_at(place) * classes[name].multiple
    rows = [row for row in _wages().abroad if row.country == country]
    exact = [row for row in rows if row.role == name]
    general = [row for row in rows if row.role == "unskilled"] or rows or [_wages().abroad_default]
    row = max(exact or general, key=lambda row: row.year)
    wage = row.amount * _wages().rates_idr[row.currency] * _wages().per_month[row.period]
    return wage if exact else wage * classes[name].multiple / classes[row.role].multiple


def role_in(tokens: Sequence[str]) -> str | None:
    """The best paid class of work that `tokens` (lower case) name, or None."""
    best: Role | None = None
    heads = _role_words()
    begun = list(map(heads.get, tokens))
    for i in compress(range(len(tokens)), begun):
        for rest, role in begun[i] or ():
            if (best is None or role.multiple > best.multiple) and tuple(
                tokens[i + 1 : i + 1 + len(rest)]
            ) == rest:
                best = role
    return best.id if best else None


@lru_cache(maxsize=1)
def roles() -> dict[str, Role]:
    """The classes of work by id; KnowledgeError where the file breaks its schema."""
    found: _RolesFile = checked(_RolesFile, "roles.yaml")
    return {role.id: role for role in found.roles}


@lru_cache(maxsize=1)
def _role_words() -> dict[str, list[tuple[tuple[str, ...], Role]]]:
    heads: dict[str, list[tuple[tuple[str, ...], Role]]] = {}
    for role in roles().values():
        for phrase in role.words:
            first, *rest = phrase.split()
            heads.setdefault(first, []).append((tuple(rest), role))
    return heads


@lru_cache(maxsize=1)
def _wages() -> _WagesFile:
    table: _WagesFile = checked(_WagesFile, "wages.yaml")
    for row in (*table.abroad, table.abroad_default):
        if row.currency not in table.rates_idr:
            raise KnowledgeError(f"no rate for {row.currency}", file="wages.yaml", record=str(row.country))
        if row.role not in roles():
            raise KnowledgeError(f"no role {row.role!r}", file="wages.yaml", record=str(row.country))
    return table


def _minimum_at(place: str | None) -> float:
    """Minimum wage in rupiah a month: of the district, else its province, else the median of provinces."""
    newest = sorted(_wages().district_minimum, key=lambda table: -table.year)
    for table in newest:
        if place in table.wages:
            return table.wages[place]
    wages = gazetteer().minimum_wages
    found = gazetteer().places.get(("ID", place)) if place else None
    return wages[found.province] if found and found.province else median(wages.values())
