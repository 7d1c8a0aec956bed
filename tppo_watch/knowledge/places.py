"""Countries, provinces, towns: what they are called, where they lie, what is known of work there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import KnowledgeError
from .rules import data_folder, read_yaml

Risk = Literal["high", "elevated", "normal"]
Level = Literal["country", "region", "place", "province", "district"]


class Checked(BaseModel):
    """A record of a knowledge file: fixed fields, none besides."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Spot(Checked):
    name: str
    aliases: tuple[str, ...]
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    note: str = ""


class _Town(_Spot):
    risk: Risk


class _Country(_Spot):
    code: str = Field(pattern=r"^[A-Z]{2}$")
    id: str | None = None  #: of the older list, where several countries shared one record
    risk: Risk
    placement_status: str
    sources: tuple[str, ...] = ()
    places: tuple[_Town, ...] = ()


class _Region(Checked):
    id: str
    country: str | None = None
    name: str
    aliases: tuple[str, ...]
    risk: Risk
    placement_status: str
    note: str
    sources: tuple[str, ...]


class _Province(_Spot):
    code: str = Field(pattern=r"^ID-[A-Z]{2}$")
    ump: dict[int, int | None]  #: provincial minimum wage in rupiah a month, by year


class _Route(_Spot):
    province: str
    roles: tuple[Literal["origin", "transit", "destination"], ...]
    basis: tuple[str, ...]


class _District(Checked):
    name: str
    aliases: tuple[str, ...]
    lat: float | None = None
    lon: float | None = None


class PlaceCues(Checked):
    """Words before a place name that say what it is to the text."""

    destination: tuple[str, ...]
    origin: tuple[str, ...]
    none: tuple[str, ...]


class _GazetteerFile(Checked):
    schema_version: Literal[1]
    meta: dict[str, str]
    clear: tuple[str, ...]
    ambiguous: tuple[str, ...]
    cues: PlaceCues
    near: tuple[str, ...]
    countries: tuple[_Country, ...]
    regions: tuple[_Region, ...]
    provinces: tuple[_Province, ...]
    places: tuple[_Route, ...]
    districts: dict[str, tuple[_District, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere a text may name."""

    country: str | None  #: ISO 3166 alpha-2; None for a region of several countries
    name: str
    level: Level
    risk: Risk  #: of work there, for a person from Indonesia
    lat: float | None  #: degrees; None for a region
    lon: float | None
    province: str | None = None  #: ISO 3166-2, inside Indonesia


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All places with their names, and the words that decide what a name means."""

    aliases: tuple[tuple[str, Place], ...]  #: the finer place first where two share a name
    places: MappingProxyType[
        tuple[str | None, str | None], Place
    ]  #: by country and name; name None for a country
    minimum_wages: MappingProxyType[str, int]  #: latest provincial minimum wage in rupiah a month
    needs_cue: frozenset[str]  #: names that are also other words
    clear: frozenset[str]  #: short names that are nothing else
    cues: PlaceCues
    near: tuple[str, ...]


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The gazetteer, read once; KnowledgeError where the file breaks its schema."""
    data: _GazetteerFile = checked(_GazetteerFile, "gazetteer.yaml")
    named: list[tuple[tuple[str, ...], Place]] = []
    for country in data.countries:
        for town in country.places:
            named.append(
                (town.aliases, Place(country.code, town.name, "place", town.risk, town.lat, town.lon))
            )
    home = {province.code: province for province in data.provinces}
    for route in data.places:
        _known_province(home, route.province, route.name)
        place = Place("ID", route.name, "place", "normal", route.lat, route.lon, route.province)
        named.append((route.aliases, place))
    for code, districts in data.districts.items():
        _known_province(home, code, code)
        for d in districts:
            lat, lon = (d.lat, d.lon) if d.lat is not None else (home[code].lat, home[code].lon)
            named.append((d.aliases, Place("ID", d.name, "district", "normal", lat, lon, code)))
    for p in data.provinces:
        named.append((p.aliases, Place("ID", p.name, "province", "normal", p.lat, p.lon, p.code)))
    for c in data.countries:
        named.append((c.aliases, Place(c.code, c.name, "country", c.risk, c.lat, c.lon)))
    for r in data.regions:
        named.append((r.aliases, Place(r.country, r.name, "region", r.risk, None, None)))
    named.append(
        ((), Place("ID", "Indonesia", "country", "normal", -2.5, 118.0))
    )  # a destination by its places only
    places: dict[tuple[str | None, str | None], Place] = {}
    for _, place in named:
        places.setdefault((place.country, None if place.level == "country" else place.name), place)
    wages = {p.code: max((y, w) for y, w in p.ump.items() if w is not None)[1] for p in data.provinces}
    return Gazetteer(
        tuple((alias, place) for aliases, place in named for alias in aliases),
        MappingProxyType(places),
        MappingProxyType(wages),
        frozenset(data.ambiguous),
        frozenset(data.clear),
        data.cues,
        data.near,
    )


def checked(model: type[BaseModel], name: str) -> Any:
    """One knowledge file as `model`; KnowledgeError names the file and the record that breaks it."""
    try:
        return model.model_validate(read_yaml(data_folder() / name))
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "file"
        raise KnowledgeError(first["msg"], file=name, record=where) from exc


def _known_province(home: dict[str, Any], code: str, record: str) -> None:
    if code not in home:
        raise KnowledgeError(f"no province has the code {code!r}", file="gazetteer.yaml", record=record)
