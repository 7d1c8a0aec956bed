"""Offices and organisations to which a human reviewer may refer. The tool itself sends them nothing."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from pydantic import Field

from ..errors import KnowledgeError
from .places import Checked, checked

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
    channels: tuple[Channel, ...]
    sources: tuple[str, ...]
    services: tuple[str, ...] = ()
    watched_methods: tuple[str, ...] = ()
    caution: str = ""


class Triage(Checked):
    """How soon, and to whom, a kind of case goes."""

    level: Literal["P0", "P1", "P2", "P3", "SUPPORT"]
    when: str
    within: str
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
    referral_rules: tuple[str, ...]


@lru_cache(maxsize=1)
def referral() -> Referral:
    """Whom to refer to; KnowledgeError where the file breaks its schema or names an unknown agency."""
    found: Referral = checked(Referral, "agencies.yaml")
    ids = {agency.id for agency in found.agencies}
    for agency in found.agencies:
        unknown = set(agency.roles) - set(found.meta.role_vocabulary)
        unknown |= {channel.value for channel in agency.channels if channel.type == "see"} - ids
        if unknown:
            raise KnowledgeError(
                f"unknown role or agency {sorted(unknown)[0]!r}", file="agencies.yaml", record=agency.id
            )
    for step in found.triage:
        unknown = {name.split()[0] for name in step.route} - ids
        if unknown:
            raise KnowledgeError(
                f"unknown agency {sorted(unknown)[0]!r}", file="agencies.yaml", record=step.level
            )
    return found
