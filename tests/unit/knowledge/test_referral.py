"""Agencies and articles as checked data."""

from __future__ import annotations

import pytest

from tests.unit.knowledge.test_rules import KNOWN_SOURCES
from tppo_watch.knowledge.agencies import agencies_for, referral
from tppo_watch.knowledge.law import articles, that_may_apply
from tppo_watch.knowledge.rules import exploitation_types


def test_every_source_of_an_agency_or_article_is_listed() -> None:
    """A reviewer who asks where a number or a rule comes from finds its source."""
    named = {source for article in articles() for source in article.sources}
    named |= {source for agency in referral().agencies for source in agency.sources}
    assert named <= KNOWN_SOURCES


def test_a_case_goes_to_its_province_and_embassy_only() -> None:
    """Samarinda is not sent to Nunukan's police, and Cambodia not to the embassy in Bangkok."""
    ids = {a.id for a in agencies_for(provinces=["ID-KI"], types=["scam_compound"], countries=["KH"])}
    assert {"polda_kaltim_ppa", "kbri_phnom_penh", "sapa_129", "lpsk"} <= ids
    assert not ids & {"polda_kaltara", "kbri_bangkok_yangon_vientiane_kk_tawau", "jala_prt", "kpai"}


def test_elsewhere_only_national_agencies_are_named() -> None:
    """A province without offices of its own in the data still has somewhere to turn."""
    found = agencies_for(provinces=["ID-NT"], types=[])
    assert found
    assert not any(agency.provinces for agency in found)


@pytest.mark.parametrize("kind", [kind.id for kind in exploitation_types()])
def test_every_kind_has_an_article_against_it(kind: str) -> None:
    """No kind of exploitation is left without the article that forbids it, beside the general one."""
    found = that_may_apply([kind], is_abroad=True, is_minor=False)
    assert any(kind in article.types and article.side == "offence" for article in found)


def test_a_plea_for_help_gets_protection_only() -> None:
    """Nobody who asks for help is shown an offence."""
    found = that_may_apply(["scam_compound"], is_abroad=True, is_minor=True, is_assistance=True)
    assert found
    assert {article.side for article in found} == {"protection"}


def test_a_child_is_named_where_there_may_be_one() -> None:
    """The articles about children stand only where somebody may be under 18."""
    adult = that_may_apply(["scam_compound"], is_abroad=True, is_minor=False)
    child = that_may_apply(["scam_compound"], is_abroad=True, is_minor=True)
    assert {article.id for article in child} - {article.id for article in adult} == {"uu21_17", "uu35_88"}
