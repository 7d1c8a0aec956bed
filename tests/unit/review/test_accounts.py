from __future__ import annotations

from datetime import timedelta

import pytest

from tests.scanning import NOW
from tppo_watch.errors import NotAllowedError, ReviewError, SignInError
from tppo_watch.review.accounts import wait_s

PHRASE = "kuda laut makan siang"


@pytest.fixture
def eko(office):
    return office.accounts.add(None, "Eko", "reviewer", PHRASE, now=office.now)


def sign_in(office, name="Eko", password=PHRASE, client="10.0.0.1"):
    return office.accounts.sign_in(name, password, client=client, now=office.now)


def test_a_password_is_kept_as_argon2id_and_a_token_as_its_digest(office, eko):
    """Neither can be read from the database."""
    session = sign_in(office)
    with office.store.read() as connection:
        (hashed,) = connection.exec_driver_sql("SELECT password FROM users WHERE name = 'Eko'").scalars()
        (digest,) = connection.exec_driver_sql("SELECT digest FROM sessions").scalars()
    assert hashed.startswith("$argon2id$") and PHRASE not in hashed
    assert session.token not in digest and session.token not in repr(session)


def test_a_session_ends_with_its_time_the_account_or_by_choice(office, eko):
    """A token is good until it ends, is signed out, or the account is closed or reset."""
    tokens = [sign_in(office).token for _ in range(2)]
    assert office.accounts.session(tokens[0], now=office.now).user == sign_in(office).user
    assert office.accounts.session("x", now=office.now) is None
    office.accounts.sign_out(tokens[0], now=office.now)
    assert office.accounts.session(tokens[0], now=office.now) is None
    assert office.accounts.session(tokens[1], now=office.now) is not None
    assert office.accounts.session(tokens[1], now=office.now + timedelta(hours=10)) is None
    for end in (
        lambda: office.accounts.disable(None, eko.id, now=office.now),
        lambda: office.accounts.set_role(None, eko.id, "reader", now=office.now),
    ):
        office.accounts.reset(None, eko.id, PHRASE, now=office.now)
        token = sign_in(office).token
        end()
        assert office.accounts.session(token, now=office.now) is None


def test_a_wrong_name_and_a_wrong_password_look_alike(office, eko):
    """The error does not tell whether there is such an account."""
    said = []
    for name, password in (("Eko", "salah sekali ini"), ("Tiada", PHRASE), ("", ""), ("\ud800", "\ud800")):
        with pytest.raises(SignInError) as caught:
            sign_in(office, name, password, client=name + "x")
        said.append(str(caught.value))
    assert set(said) == {"name and password do not fit"}


def test_who_tries_too_often_waits_and_twice_as_long_each_time(office, eko):
    """Five failures are free; then even the right password has to wait."""
    for _ in range(5):
        with pytest.raises(SignInError, match="do not fit"):
            sign_in(office, password="salah sekali ini")
    with pytest.raises(SignInError) as caught:
        sign_in(office)
    assert 0 < caught.value.wait_s <= 2
    office.later(seconds=2)
    assert sign_in(office).user.name == "Eko"


def test_pauses_follow_from_the_attempts_alone():
    """The rule by itself: free attempts, doubling, the cap, an end with success or time."""
    failed = [(NOW + timedelta(seconds=n), False) for n in range(5)]
    assert wait_s(failed[:4], 5, NOW) == 0
    assert wait_s(failed, 5, failed[-1][0]) == 2
    assert wait_s([*failed, failed[-1]], 5, failed[-1][0]) == 4
    assert wait_s(failed * 20, 5, failed[-1][0]) == 900
    assert wait_s([*failed, (NOW, True)], 5, NOW) == 0
    assert wait_s(failed, 5, NOW + timedelta(minutes=1)) == 0


def test_one_client_cannot_try_many_names(office):
    """Attempts are counted by client too, so a list of names gains nothing."""
    for n in range(25):
        with office.store.write() as connection:
            from tppo_watch.review.accounts import _digest
            from tppo_watch.storage import users

            users.note_attempt(
                connection,
                name_digest=str(n),
                client_digest=_digest("10.0.0.9"),
                is_good=False,
                now=office.now,
            )
    with pytest.raises(SignInError, match="too many"):
        sign_in(office, "orang lain", client="10.0.0.9")


def test_only_an_admin_changes_accounts(office, eko):
    """A lead may not, and two names that differ by letter case only are one."""
    with pytest.raises(NotAllowedError):
        office.accounts.add(office.citra, "Fajar", "reader", PHRASE, now=office.now)
    with pytest.raises(ReviewError, match="already"):
        office.accounts.add(None, "EKO", "reader", PHRASE, now=office.now)
    with pytest.raises(ReviewError, match="no role"):
        office.accounts.add(None, "Fajar", "root", PHRASE, now=office.now)


def test_a_person_changes_their_own_password_and_keeps_their_session(office, eko):
    """The old one must be right; the other sessions end; the log says who, and nothing more."""
    mine, other = sign_in(office), sign_in(office)
    change = office.accounts.change_password
    with pytest.raises(SignInError, match="do not fit"):
        change(mine, "salah sekali ini", "tiga anak kucing", client="10.0.0.1", now=office.now)
    with pytest.raises(ReviewError, match="12 to 256"):
        change(mine, PHRASE, "pendek", client="10.0.0.1", now=office.now)
    assert office.accounts.session(other.token, now=office.now) is not None
    change(mine, PHRASE, "tiga anak kucing", client="10.0.0.1", now=office.now)
    assert office.accounts.session(mine.token, now=office.now).user.id == eko.id
    assert office.accounts.session(other.token, now=office.now) is None
    with pytest.raises(SignInError, match="do not fit"):
        sign_in(office)
    assert sign_in(office, password="tiga anak kucing").user.id == eko.id
    (row,) = [row for row in office.lists.log(office.citra) if row.action == "user_password"]
    assert (row.actor, row.object, row.digest) == (eko.id, f"user:{eko.id}", "")


def test_who_guesses_the_old_password_waits(office, eko):
    """A session left open is no way to try passwords without end."""
    session = sign_in(office)
    for _ in range(5):
        with pytest.raises(SignInError, match="do not fit"):
            office.accounts.change_password(session, "salah sekali ini", PHRASE, client="x", now=office.now)
    with pytest.raises(SignInError, match="too many"):
        office.accounts.change_password(session, PHRASE, "tiga anak kucing", client="x", now=office.now)
