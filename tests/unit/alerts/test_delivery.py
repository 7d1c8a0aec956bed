from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest

from tests.delivering import mail_server, webhook
from tests.reviewing import office
from tests.scanning import NOW
from tppo_watch.alerts.channels import channels
from tppo_watch.alerts.delivery import MOST_ATTEMPTS, deliver, pause_after
from tppo_watch.alerts.messages import told
from tppo_watch.alerts.outbox import note_alert, note_notice, note_signal
from tppo_watch.alerts.senders import is_signed, sender, signed
from tppo_watch.config import FetchSettings, NotifySettings
from tppo_watch.errors import NotAllowedError, ReviewError
from tppo_watch.review import Decision, Deliveries, note_reminders
from tppo_watch.storage import alerts
from tppo_watch.storage.keys import load_key


@pytest.fixture
def room(tmp_path):
    with office(tmp_path, second_share=0) as made, webhook() as receiver:
        made.receiver = receiver
        made.folder = tmp_path
        yield made


def hook(room, **fields):
    return channels(
        [
            NotifySettings(
                webhook=f"http://{room.receiver.address}/masuk",
                secret_file=room.folder / "secret",
                name=fields.pop("name", "hook"),
                **fields,
            )
        ]
    )


def note(room, where, alert_id, lane="high", level="high", **more):
    with room.store.write() as connection:
        note_alert(connection, where, alert_id, lane=lane, level=level, now=room.now, **more)


def send(room, where, **more):
    fetch = FetchSettings(allow_private=(room.receiver.address,), timeout_s=5)
    return deliver(room.store, where, sender(fetch), clock=lambda: room.now, **more)


def test_a_webhook_gets_signed_json_with_numbers_masked(room):
    """The body names the message and what was raised; its signature fits, and fits nothing else."""
    where = hook(room)
    alert = room.raised()
    note(room, where, alert)
    assert send(room, where).sent == 1
    ((headers, body),) = room.receiver.taken
    payload = json.loads(body)
    assert payload["id"] == headers["webhook-id"]
    assert payload["alerts"][0]["id"] == alert
    assert b"0812-0000-0001" not in body and "0812" in payload["alerts"][0]["excerpt"]
    secret = load_key(room.folder / "secret")
    proof = (headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"])
    assert is_signed(secret, *proof, body, room.now)
    assert not is_signed(secret, *proof, body + b" ", room.now)
    assert not is_signed(secret, "other", *proof[1:], body, room.now)
    assert not is_signed(b"k" * 32, *proof, body, room.now)
    assert not is_signed(secret, *proof, body, room.now + timedelta(minutes=6))
    assert send(room, where).sent == 0


def test_the_signature_is_the_one_of_the_standard():
    """The example of the Standard Webhooks specification comes out byte for byte."""
    import base64
    from datetime import UTC, datetime

    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    when = datetime.fromtimestamp(1614265330, UTC)
    made = signed(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', when)
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_links_to_the_post_where_the_console_has_an_address(room, tmp_path):
    """In the body for programs and in the text for people; without an address nothing is linked."""
    where = hook(room)
    first, second = room.raised(), room.raised()
    note(room, where, first)
    assert send(room, where, console="https://tinjau.example").sent == 1
    note(room, where, second)
    assert send(room, where).sent == 1
    linked, plain = (body["alerts"][0] for body in room.receiver.bodies)
    assert linked["link"] == f"https://tinjau.example/posts/{first}" and "link" not in plain
    with room.store.read() as connection:
        record = alerts.get(connection, first)
    told_once = told("a" * 32, "alert", [record], [], "id", console="https://tinjau.example")
    assert f"\nhttps://tinjau.example/posts/{first}\n" in told_once.text
    many = told("a" * 32, "digest", [record] * 12, [], "en", console="https://tinjau.example")
    assert "https://tinjau.example/queue" in many.text


def test_a_call_for_help_is_told_without_a_score_and_to_everybody(room):
    """Whoever may need help is no suspect: no risk, level or kind goes out beside them."""
    where = hook(room, quiet="00:00-23:59", digest="07:00")
    alert = room.raised("high", assistance=True)
    note(room, where, alert, lane="assistance")
    assert send(room, where).sent == 1
    (told,) = room.receiver.bodies[0]["alerts"]
    assert told["lane"] == "assistance" and not {"risk", "level", "type"} & set(told)


def test_what_fails_is_tried_again_under_the_same_id_and_at_last_shown_as_dead(room):
    """A receiver that is down loses nothing; after the last attempt the message waits for a person."""
    where = hook(room)
    note(room, where, room.raised())
    room.receiver.answers = [503] * MOST_ATTEMPTS
    assert send(room, where).failed == 1
    assert send(room, where).failed == 0  # not before its time
    for attempt in range(1, MOST_ATTEMPTS):
        room.now += pause_after(attempt)
        report = send(room, where)
    assert report.dead == 1
    desk = Deliveries(room.store, room.anchor)
    ((message, parts),) = desk.listed(state="dead")
    assert (message.attempts, parts, message.error) == (MOST_ATTEMPTS, 1, "answered 503")
    room.now += timedelta(days=9)
    assert send(room, where).sent == 0
    with pytest.raises(NotAllowedError):
        desk.resend(room.ani, message.id, now=room.now)
    desk.resend(room.citra, message.id, now=room.now)
    assert send(room, where).sent == 1
    assert room.receiver.ids == [message.id]
    with pytest.raises(ReviewError, match="is sent"):
        desk.resend(room.citra, message.id, now=room.now)


def test_one_campaign_is_one_message_and_many_become_a_digest(room):
    """Posts of one recruiter come together; a flood comes as one message, calls for help each by itself."""
    where = hook(room)
    ids = [room.raised() for _ in range(4)]
    for alert in ids:
        note(room, where, alert)
    send(room, where, campaigns_of=lambda connection, found: {ids[0]: "c1", ids[1]: "c1", ids[2]: "c1"})
    assert sorted(len(body["alerts"]) for body in room.receiver.bodies) == [1, 3]
    room.receiver.taken.clear()
    for _ in range(8):
        note(room, where, room.raised())
    help = room.raised("none", assistance=True)
    note(room, where, help, lane="assistance", level="none")
    send(room, where)
    assert [(b["type"], len(b["alerts"])) for b in room.receiver.bodies] == [("alert", 1), ("digest", 8)]
    assert room.receiver.bodies[0]["alerts"][0]["id"] == help


def test_quiet_hours_hold_back_and_lose_nothing(room):
    """What was raised at night comes in the morning, once."""
    room.now = NOW.replace(hour=16)  # 23:00 WIB
    where = hook(room, quiet="21:00-06:00")
    note(room, where, room.raised())
    note(room, where, room.raised())
    assert send(room, where).sent == 0
    room.later(hours=7)
    assert send(room, where).sent == 2


def test_a_silence_has_an_author_and_an_end_and_never_covers_help(room):
    """A silenced alert stays unsaid; a call for help comes through, and so does what follows the end."""
    where = hook(room)
    desk = Deliveries(room.store, room.anchor)
    with pytest.raises(NotAllowedError):
        desk.add_rule(
            room.ani, "silence", until=room.now + timedelta(days=1), reason="x", now=room.now, lane="high"
        )
    for fields, said in (
        ({"lane": "assistance"}, "never silenced"),
        ({}, "say what"),
        ({"lane": "high", "until": room.now + timedelta(days=91)}, "90 days"),
        ({"lane": "high", "reason": ""}, "reason"),
    ):
        fields = {"until": room.now + timedelta(hours=2), "reason": "banjir kiriman", **fields}
        with pytest.raises(ReviewError, match=said):
            desk.add_rule(room.citra, "silence", now=room.now, **fields)
    rule = desk.add_rule(
        room.citra, "silence", until=room.now + timedelta(hours=2), reason="banjir kiriman",
        now=room.now, source_id="s",
    )  # fmt: skip
    note(room, where, room.raised())
    help = room.raised("none", assistance=True)
    note(room, where, help, lane="assistance", level="none")
    assert send(room, where).sent == 1
    assert desk.counts()["silenced"] == 1
    desk.end_rule(room.citra, rule.id, now=room.later(minutes=5))
    assert desk.rules(at=room.now) == []
    note(room, where, room.raised())
    assert send(room, where).sent == 1


def test_one_escalation_and_repetitions_as_asked_for(room):
    """An alert past its time is told once more, once; a repetition comes at its pace until its end."""
    where = hook(room)
    alert = room.raised()

    def remind() -> list[str]:
        room.receiver.taken.clear()
        with room.store.write() as connection:
            note_reminders(connection, where, room.settings, now=room.now)
        send(room, where)
        return [body["type"] for body in room.receiver.bodies]

    assert remind() == []
    room.later(hours=25)
    assert remind() == ["escalation"]
    assert remind() == []
    desk = Deliveries(room.store, room.anchor)
    desk.add_rule(
        room.citra, "repeat", until=room.now + timedelta(hours=8), reason="kasus besar", now=room.now,
        every=timedelta(hours=3), alert_id=alert,
    )  # fmt: skip
    said = []
    for _ in range(10):
        room.later(hours=1)
        said += remind()
    assert said == ["repeat", "repeat"]


def test_a_finding_that_somebody_needs_help_is_told_with_it(room):
    """The message is noted in the transaction of the decision, for every channel that hears of help."""
    where = hook(room)
    room.desk._channels = where
    alert = room.raised("medium")
    room.desk.decide(room.ani, alert, Decision("needs_help"), seen=0, now=room.now)
    send(room, where)
    assert [told["lane"] for told in room.receiver.bodies[0]["alerts"]] == ["assistance"]


def test_news_of_a_source_goes_the_same_way(room):
    """A source that fails is told to the channels that want notices, once."""
    for wanted, count in ((True, 1), (False, 0)):
        where = hook(room, notices=wanted, name=f"hook-{wanted}")
        with room.store.write() as connection:
            for _ in range(2):
                body = {"kind": "failing", "source_id": "loker-kaltim", "error": "answered 503"}
                note_notice(connection, where, 7, body, now=room.now)
        assert send(room, where).sent == count
    assert room.receiver.bodies[0]["notices"][0]["source_id"] == "loker-kaltim"


def test_what_is_purged_is_not_sent(room):
    """A message all of whose posts are gone says nothing to anybody."""
    where = hook(room)
    alert = room.raised()
    note(room, where, alert)
    room.receiver.answers = [503]
    send(room, where)
    room.desk.forget([alert], now=room.now)
    room.later(hours=1)
    report = send(room, where)
    assert (report.sent, report.failed) == (0, 0) and room.receiver.taken == []


def test_mail_through_apprise_and_no_secret_in_any_log(room, caplog):
    """A real mail server gets title, text and id; neither address nor password is in a log or an error."""
    caplog.set_level(logging.DEBUG)
    alert = room.raised()
    with mail_server() as (port, mails):
        url = f"mailto://127.0.0.1:{port}?from=a@contoh.example&to=tim@contoh.example"
        good = channels([NotifySettings(url=url, name="surat")])
        note(room, good, alert)
        assert send(room, good).sent == 1
    ((mail),) = mails
    text = mail.get_body(("plain",)).get_content()
    ((message, _),) = Deliveries(room.store, room.anchor).listed()
    assert "TPPO: peringatan, tinggi" in mail["subject"]
    assert message.id in text and f"#{alert}" in text and "0812-0000-0001" not in text
    bad = channels([NotifySettings(url="mailto://budi:rahasia@127.0.0.1:9", name="mati")])
    odd = channels([NotifySettings(url="bukan-alamat://rahasia", name="aneh")])
    note(room, [*bad, *odd], alert)
    assert send(room, [*bad, *odd]).failed == 2
    errors = [found.error for found, _ in Deliveries(room.store, room.anchor).listed(state="waiting")]
    assert all(errors) and "rahasia" not in " ".join(errors) + caplog.text


def test_a_private_address_is_refused_unless_it_is_named(room):
    """A webhook goes through the one gate: no message can be steered into the office's own network."""
    where = hook(room)
    note(room, where, room.raised())
    report = deliver(room.store, where, sender(FetchSettings()), clock=lambda: room.now)
    assert report.failed == 1 and room.receiver.taken == []
    ((message, _),) = Deliveries(room.store, room.anchor).listed()
    assert "private" in message.error


def test_a_signal_is_told_once_in_words_and_numbers(room):
    """Several of one scan in one message, each with its page; a channel that wants none gets none."""
    where = hook(room)
    body = {"series": "destination:KH", "first_day": "2026-11-22", "last_day": "2026-11-23", "count": 21.4,
            "expected": 5.1}  # fmt: skip
    with room.store.write() as connection:
        for id in (1, 2, 1):
            note_signal(connection, where, id, body, now=room.now)
        note_signal(connection, hook(room, name="stumm", signals=False), 1, body, now=room.now)
    assert send(room, where, console="https://meja.example").sent == 1
    (taken,) = room.receiver.bodies
    assert [one["id"] for one in taken["signals"]] == [1, 2] and taken["type"] == "signal"
    letter = told("m", "signal", [], [{"id": 1, **body}], "en", console="https://meja.example")
    assert "to Cambodia: 21.40 where 5.10 were expected (2026-11-22, 2026-11-23)" in letter.text
    assert "https://meja.example/signals/1" in letter.text
    assert (
        "tujuan Kamboja: 21,40, yang diharapkan 5,10"
        in told("m", "signal", [], [{"id": 1, **body}], "id").text
    )
