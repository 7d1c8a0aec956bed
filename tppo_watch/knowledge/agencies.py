"""Offices and organisations to which a human reviewer may refer. The tool itself sends them nothing."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Literal

from pydantic import Field

from ..errors import KnowledgeError
from .places import Checked, checked, gazetteer
from .rules import exploitation_types

Status = Literal["reported", "unverified", "placeholder"]


class Channel(Checked):
    """One way to reach an agency. A `placeholder` is for the deploying office to fill."""

    type: str
    value: str
    status: Status | None = None  #: None where `type` is `see`: the value is another agency's id
    year: int | None = None
    source: str | None = None
    note: str = ""


class Agency(Checked):
    """An agency with what it does and when to turn to it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    roles: tuple[str, ...]
    applies_when: str
    applies_when_id: str  #: the same in Indonesian
    provinces: tuple[str, ...] = ()  #: ISO 3166-2 codes; empty for the whole country
    countries: tuple[str, ...] = ()  #: ISO 3166 codes of where the person is; empty for anywhere
    types: tuple[str, ...] = ()  #: exploitation types; empty for all
    channels: tuple[Channel, ...]
    sources: tuple[str, ...]
    services: tuple[str, ...] = ()
    watched_methods: tuple[str, ...] = ()
    caution: str = ""


class Triage(Checked):
    """How soon, and to whom, a kind of case goes."""

    level: Literal["P0", "P1", "P2", "P3", "SUPPORT"]
    when: str
    when_id: str
    within: str
    within_id: str
    route: tuple[str, ...]


class _Meta(Checked):
    verification_scale: dict[Status, str]
    privacy: str
    role_vocabulary: tuple[str, ...]
    seed_division_of_roles: dict[str, str]
    national_structure: str


class Referral(Checked):
    """The agencies, the order of urgency and the rules of referral."""

    schema_version: Literal[1]
    meta: _Meta
    triage: tuple[Triage, ...]
    agencies: tuple[Agency, ...]
    referral_rules: tuple[tuple[str, str], ...]  #: Indonesian, English


@lru_cache(maxsize=1)
def referral() -> Referral:
    """Whom to refer to; KnowledgeError where the file breaks its schema or names an unknown agency."""
    found: Referral = checked(Referral, "agencies.yaml")
    ids = {agency.id for agency in found.agencies}
    types = {kind.id for kind in exploitation_types()}
    regions = {place.province for place in gazetteer().places.values() if place.level == "province"}
    for agency in found.agencies:
        unknown = set(agency.roles) - set(found.meta.role_vocabulary)
        unknown |= set(agency.types) - types | set(agency.provinces) - regions
        unknown |= {channel.value for channel in agency.channels if channel.type == "see"} - ids
        if unknown:
            raise KnowledgeError(
                f"unknown role, type, province or agency {sorted(unknown)[0]!r}",
                file="agencies.yaml",
                record=agency.id,
            )
    for step in found.triage:
        unknown = {name.split()[0] for name in step.route} - ids
        if unknown:
            raise KnowledgeError(
                f"unknown agency {sorted(unknown)[0]!r}", file="agencies.yaml", record=step.level
            )
    return found


def agencies_for(
    *,
    provinces: Collection[str],
    types: Collection[str],
    countries: Collection[str] = (),
    always: Collection[str] = (),
) -> tuple[Agency, ...]:
    """The agencies a case could be referred to, in the order of the file.

    Parameters
    ----------
    provinces : collection of str
        ISO 3166-2 codes the case touches.
    types : collection of str
        Exploitation types it points to; without any, only agencies for all of them.
    countries : collection of str
        ISO 3166 codes of where somebody is or is to be brought.
    always : collection of str
        Ids of agencies that are named whatever the type.
    """

    def fits(of_agency: tuple[str, ...], of_case: Collection[str]) -> bool:
        return not of_agency or not set(of_agency).isdisjoint(of_case)

    return tuple(
        agency
        for agency in referral().agencies
        if fits(agency.provinces, provinces)
        and (agency.id in always or fits(agency.types, types))
        and fits(agency.countries, countries)
    )
