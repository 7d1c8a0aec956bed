"""STIX and MISP: valid by the libraries of their own communities, deterministic, masked, accusing nobody."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import stix2
from pymisp import MISPEvent

from tests.unit.alerts.test_views import record
from tests.unit.reports.test_dossier import FILE, NOTE, NUMBER, help_record
from tppo_watch.reports import dossier, misp_events, stix_bundle

CASES = [
    dossier(record(), evidence=[FILE], reviews=[NOTE]),
    dossier(help_record("tolong saya 😀 ꦏ"), lang="en"),
]


def test_stix_is_valid_by_its_own_library():
    """Every object is one of the standard, without extensions, and observables have the ids it prescribes."""
    bundle = stix_bundle(CASES)
    parsed = stix2.parse(json.dumps(bundle), allow_custom=False)
    assert len(parsed.objects) == len(bundle["objects"])
    for each in bundle["objects"]:
        if each["type"] in ("artifact", "url"):
            unnamed = {key: value for key, value in each.items() if key != "id"}
            assert stix2.parse(unnamed).id == each["id"]


def test_stix_refers_to_what_it_holds():
    """No reference leads out of the bundle, and no id stands twice."""
    objects = stix_bundle(CASES)["objects"]
    ids = [each["id"] for each in objects]
    assert len(ids) == len(set(ids))
    for each in objects:
        assert set(each.get("object_refs", ())) | set(each.get("object_marking_refs", ())) <= set(ids)


def test_misp_is_valid_by_its_own_library():
    """Every attribute has a type its category allows, and the event reads back whole."""
    for raw in misp_events(CASES)["response"]:
        count = len(raw["Event"]["Attribute"])
        event = MISPEvent(strict_validation=True)
        event.load(raw)
        assert len(event.attributes) == count
        assert not any(attribute.to_ids for attribute in event.attributes)
        assert not event.published


def test_nothing_is_offered_for_blocking_or_as_a_score():
    """A machine that reads it finds a text and remarks, no indicator and no number to act on."""
    bundle = stix_bundle(CASES)
    assert not {"indicator", "threat-actor", "opinion"} & {each["type"] for each in bundle["objects"]}
    assert "0.95" not in json.dumps([bundle, misp_events(CASES)])


def test_numbers_are_masked_also_where_the_text_is_encoded():
    """The text inside the artifact is the one that may be shown."""
    bundle = stix_bundle(CASES)
    payloads = [base64.b64decode(o["payload_bin"]).decode() for o in bundle["objects"] if "payload_bin" in o]
    for form in (*payloads, json.dumps(bundle), json.dumps(misp_events(CASES))):
        assert NUMBER not in form


def test_the_same_post_has_the_same_ids_in_another_database():
    """Ids follow from the post, not from the row it happens to have."""
    other = dossier(replace(record(), id=4711, post_id=99), evidence=[FILE], reviews=[NOTE])
    ids = [{o["id"] for o in stix_bundle([case])["objects"]} for case in (CASES[0], other)]
    assert ids[0] == ids[1]
    events = [misp_events([case])["response"][0]["Event"]["uuid"] for case in (CASES[0], other)]
    assert events[0] == events[1]
    assert json.dumps(stix_bundle(CASES)) == json.dumps(stix_bundle(CASES))


def test_a_plea_carries_no_labels_of_signs():
    """Nobody who asks for help is tagged with what was noticed about them."""
    (event,) = [e["Event"] for e in misp_events(CASES)["response"] if "9" in e["Event"]["info"]]
    assert not any(tag["name"].startswith("tppo-indicator") for tag in event["Tag"])


def test_nothing_is_an_empty_bundle():
    """No case gives valid files without objects of a case."""
    assert stix2.parse(json.dumps(stix_bundle([])))
    assert misp_events([]) == {"response": []}
