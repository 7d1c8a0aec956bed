"""What every request passes before a page sees it: host, size, origin; and what every answer carries."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .uploads import MOST_BODY

_log = logging.getLogger(__name__)

MAX_BODY = 64 * 1024  # bytes: the longest form without a file, a note of some pages, with room
_TAKES_FILES = re.compile(r"/posts/\d{1,16}/evidence")
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_METHODS = _SAFE_METHODS | {"POST"}

#: Nothing is allowed that the pages do not need; no script or style stands in a page itself.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with no-referrer, browsers send forms with the origin "null"
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Guard:
    """ASGI middleware. Answers what it refuses itself, in plain text: those who are refused use no page.

    Parameters
    ----------
    hosts : collection of str
        Values of the Host header that are answered, with their port. A page of another name that resolves to
        this machine (DNS rebinding) gets nothing.
    is_secure : bool
        Whether people reach the console through TLS.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str], is_secure: bool) -> None:
        self._app, self._hosts, self._is_secure = app, frozenset(host.lower() for host in hosts), is_secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        send = self._with_headers(scope, send)
        refusal = self._refusal(scope["method"], scope["path"], Headers(scope=scope))
        if refusal:
            await PlainTextResponse(refusal[1] + "\n", refusal[0])(scope, receive, send)
            return
        try:
            await self._app(scope, _limited(receive, _most(scope["path"])), send)
        except Exception:  # the page of the fault is sent; what is raised after it would end the connection
            _log.exception("a page failed")

    def _refusal(self, method: str, path: str, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "").lower()
        if host not in self._hosts:
            return 421, "This host name is not served here. / Nama ini tidak dilayani di sini."
        if method not in _METHODS:
            return 405, "Method not allowed. / Cara ini tidak dilayani."
        if method in _SAFE_METHODS:
            return None
        scheme = "https" if self._is_secure else "http"
        origin = headers.get("origin")
        if origin is not None and origin.lower() != f"{scheme}://{host}":
            return 403, "The form comes from another site. / Formulir ini datang dari situs lain."
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return 403, "The form comes from another site. / Formulir ini datang dari situs lain."
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > _most(path):
            return 413, "The form is too large. / Formulir ini terlalu besar."
        return None

    def _with_headers(self, scope: Scope, send: Send) -> Callable[[Message], Awaitable[None]]:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault(
                    "cache-control", "no-store"
                )  # personal data stays out of the disk's cache
                if self._is_secure:
                    headers["strict-transport-security"] = "max-age=31536000"
            await send(message)

        return sending


def _most(path: str) -> int:
    """Bytes of the largest body that an address takes."""
    return MOST_BODY if _TAKES_FILES.fullmatch(path) else MAX_BODY


def _limited(receive: Receive, most: int) -> Receive:
    """The body up to `most` bytes; a longer one, which named no length, is cut off as a lost connection."""
    taken = 0

    async def receiving() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > most else message

    return receiving
