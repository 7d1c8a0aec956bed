"""Provinces by the names that people and settings give them."""

from __future__ import annotations

from functools import lru_cache

from ..errors import InputError
from ..knowledge.places import Place, gazetteer


def provinces() -> list[Place]:
    """Every province, by name."""
    return sorted({place.province: place for place in _by_name().values()}.values(), key=lambda one: one.name)


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Place]:
    found = {alias.casefold(): place for alias, place in gazetteer().aliases if place.level == "province"}
    for place in gazetteer().places.values():
        if place.level == "province" and place.province:
            found[place.name.casefold()] = found[place.province.casefold()] = place
    return found


def code_of(name: str | None) -> str | None:
    """The ISO 3166-2 code of a province by its name, an alias or its code; None for no province."""
    place = _by_name().get(" ".join(name.split()).casefold()) if name else None
    return place.province if place else None


def province(name: str) -> Place:
    """A province by its name, an alias or its code.

    Raises
    ------
    InputError
        If there is none; the message names those that come closest.
    """
    from difflib import get_close_matches

    place = _by_name().get(" ".join(name.split()).casefold())
    if place is None:
        names = sorted({found.name for found in _by_name().values()})
        near = get_close_matches(name.title(), names, n=3, cutoff=0.4) or names[:3]
        raise InputError(f"no such province; did you mean {', '.join(near)}?", item=name[:40], why="choice")
    return place
