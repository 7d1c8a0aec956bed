"""How a message leaves: a signed webhook through the one gate, or apprise. Addresses stay out of sight."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from ..config import FetchSettings, NotifySettings
from ..errors import ConfigError, DeliveryError, FetchError
from ..io.writing import dumps
from ..sources.gate import post
from ..storage.keys import load_key
from .channels import Channel
from .messages import Told

Send = Callable[[Channel, Told, datetime], None]

_TOLERANCE_S = 300.0  # between the clocks of sender and receiver


def sender(fetch: FetchSettings) -> Send:
    """What sends a message to a channel, within the limits of `fetch`. It raises `DeliveryError`."""

    def send(channel: Channel, message: Told, now: datetime) -> None:
        if channel.settings.webhook is not None:
            _send_webhook(channel, message, now, fetch)
        else:
            _send_apprise(channel, message)

    return send


def _send_webhook(channel: Channel, message: Told, now: datetime, fetch: FetchSettings) -> None:
    settings = channel.settings
    assert settings.webhook is not None and settings.secret_file is not None
    body = dumps(message.payload).encode()
    try:
        proof = signed(load_key(settings.secret_file), message.id, body, now)
        headers = {"Content-Type": "application/json", **proof}
        post(settings.webhook, body, headers, config=fetch, source_id=channel.name)
    except (ConfigError, FetchError) as exc:
        raise DeliveryError(channel.name, exc.message) from None


def signed(secret: bytes, message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers that prove who sent a body and when: HMAC-SHA256 in the form of standardwebhooks.com."""
    stamp = str(int(now.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{_signature(secret, message_id, stamp, body)}",
    }


def is_signed(secret: bytes, message_id: str, stamp: str, signature: str, body: bytes, now: datetime) -> bool:
    """Whether a receiver may trust a body: it is signed, and was within five minutes of `now`."""
    expected = _signature(secret, message_id, stamp, body)
    fits = any(
        hmac.compare_digest(expected.encode(), one.removeprefix("v1,").encode("utf-8", "replace"))
        for one in signature.split(" ")
    )
    return fits and stamp.isdecimal() and abs(now.timestamp() - int(stamp[:12])) <= _TOLERANCE_S


def _signature(secret: bytes, message_id: str, stamp: str, body: bytes) -> str:
    content = f"{message_id}.{stamp}.".encode("utf-8", "surrogatepass") + body
    return base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode("ascii")


def _send_apprise(channel: Channel, message: Told) -> None:
    with _quiet_apprise() as apprise:
        service = apprise.Apprise()
        if not service.add(channel.settings.url):
            raise DeliveryError(channel.name, "its url is no address that apprise knows; see [[notify]]")
        try:
            is_done = service.notify(title=message.title, body=message.text, body_format="text")
        except Exception as exc:  # the edge of a hundred services
            raise DeliveryError(channel.name, f"{type(exc).__name__} while sending") from None
    if not is_done:
        raise DeliveryError(channel.name, "the service did not take it")


@contextmanager
def _quiet_apprise() -> Iterator:
    """Apprise with its logs off: they hold addresses, and addresses hold passwords and tokens."""
    try:
        import apprise
    except ImportError:
        raise DeliveryError("apprise", "is not installed; run: pip install 'tppo-watch[scan]'") from None
    log = logging.getLogger("apprise")
    before, log.disabled = log.disabled, True
    try:
        yield apprise
    finally:
        log.disabled = before


def is_known(settings: NotifySettings) -> bool:
    """Whether apprise knows the address of a channel; a webhook was checked with the settings."""
    if settings.url is None:
        return True
    with _quiet_apprise() as apprise:
        return bool(apprise.Apprise().add(settings.url))
