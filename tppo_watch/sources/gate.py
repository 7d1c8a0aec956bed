"""The one gate for every outgoing request: the only module of this package that opens a connection.

An address is judged where it counts: each name is resolved here, every address it gives is checked, the
socket is opened to a checked address and asked whom it is connected to, so that a name which changes its mind
between look-up and connection gains nothing. Redirects pass the same check. No cookies, no referrer, no proxy
from the environment.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

import httpcore2
import httpx2

from .. import __version__
from ..config import FetchSettings
from ..errors import FetchError, FetchRefusedError
from .addresses import is_public
from .codings import ACCEPTED, CodingError, decoded, is_accepted

#: Who we are to robots.txt, and the beginning of the user agent.
AGENT = "tppo-watch"
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "application/json;q=0.9, text/html;q=0.8, */*;q=0.5"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_MAX_VALIDATOR = 4096  # bytes; a longer one is no validator but a burden
_LONGEST_RETRY_S = 10 * 365 * 86_400.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: its body, or the news that nothing changed."""

    url: str  #: after redirects
    status: int  #: 200, or 304 where `body` is empty because nothing changed
    body: bytes
    content_type: str | None = None
    etag: str | None = None  #: as sent, a character for each byte, to be echoed byte for byte
    last_modified: str | None = None  #: likewise
    moved_to: str | None = None  #: `url`, where each redirect on the way said that it is for good

    @property
    def is_unchanged(self) -> bool:
        return self.status == 304


def fetch(
    url: str,
    *,
    config: FetchSettings | None = None,
    source_id: str | None = None,
    etag: str | None = None,
    last_modified: str | None = None,
    cut_at: int | None = None,
) -> Fetched:
    """Get `url` within the limits of `config`. Keeps to no pace: that is the caller's, see `Web`.

    Parameters
    ----------
    source_id : str, optional
        Named in errors; the host without it.
    etag, last_modified : str, optional
        Validators of the last answer; the server may then say that nothing changed.
    cut_at : int, optional
        Read this many bytes, unpacked, and leave the rest; without it a body beyond the limit is refused.

    Raises
    ------
    FetchRefusedError
        With the rule that was broken: scheme, private address, too large, too slow, too many redirects,
        content coding.
    FetchError
        The server did not answer usefully; `status` and `retry_after_s` where it gave them.
    """
    config = config or FetchSettings()
    source_id = source_id or host_of(url)
    headers = {
        b"Accept": _ACCEPT.encode("ascii"),
        b"Accept-Encoding": ", ".join(ACCEPTED).encode("ascii"),
        b"User-Agent": user_agent(config).encode("ascii"),
    }
    if etag:
        headers[b"If-None-Match"] = etag.encode("latin-1")
    if last_modified:
        headers[b"If-Modified-Since"] = last_modified.encode("latin-1")
    with _connected(config, source_id) as pool:
        return _follow(pool, url, headers, config, source_id, cut_at)


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, config: FetchSettings, source_id: str
) -> int:
    """Send `body` to `url` and return the status, in [200, 299]. Redirects are not followed.

    The answer is not read: who is told something has nothing to tell us. Raises as `fetch`.
    """
    target = checked(url, source_id)
    sent = [
        (b"Host", target.netloc),
        (b"User-Agent", user_agent(config).encode("ascii")),
        (b"Content-Length", str(len(body)).encode("ascii")),
        *((name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()),
    ]
    core_url = httpcore2.URL(
        scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path
    )
    extensions = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), config.timeout_s)}
    with _connected(config, source_id) as pool:
        with pool.stream("POST", core_url, headers=sent, content=body, extensions=extensions) as response:
            if not 200 <= response.status < 300:
                wait_s = _retry_after_s(_Headers(response.headers))
                raise FetchError(source_id, f"answered {response.status}", response.status, wait_s)
            return response.status


@contextmanager
def _connected(config: FetchSettings, source_id: str) -> Iterator[httpcore2.ConnectionPool]:
    """A pool for one request whose every failure is an error of ours."""
    backend = _GuardedBackend(source_id, config.allow_private, time.monotonic() + config.timeout_s)
    try:
        with httpcore2.ConnectionPool(
            ssl_context=_tls(), network_backend=backend, max_connections=1, http1=True
        ) as pool:
            yield pool
    except httpcore2.TimeoutException:
        raise FetchRefusedError(
            source_id, f"too slow: no full answer within {config.timeout_s:g} s"
        ) from None
    except CodingError as exc:
        raise FetchError(source_id, f"sent {exc}") from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError, ssl.SSLError, OSError) as exc:
        detail = str(exc).strip() or type(exc).__name__
        raise FetchError(source_id, f"could not be reached: {detail}") from exc


def user_agent(config: FetchSettings) -> str:
    """What servers are told of who asks."""
    return f"{AGENT}/{__version__}" + (f" (+{config.contact})" if config.contact else "")


def host_of(url: str) -> str:
    """The host in `url` in lower case, with its port where that is unusual; ``?`` where there is none."""
    try:
        return httpx2.URL(url).netloc.decode("ascii").lower() or "?"
    except httpx2.InvalidURL:
        return "?"


def _follow(
    pool: httpcore2.ConnectionPool,
    url: str,
    headers: dict[bytes, bytes],
    config: FetchSettings,
    source_id: str,
    cut_at: int | None,
) -> Fetched:
    is_permanent, hops = True, 0
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), config.timeout_s)
    while True:
        target = checked(url, source_id)
        request = [(b"Host", target.netloc), *headers.items()]
        core_url = httpcore2.URL(
            scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path
        )
        with pool.stream("GET", core_url, headers=request, extensions={"timeout": timeouts}) as response:
            answer = _Headers(response.headers)
            location = answer.get("Location")
            if response.status in _REDIRECTS and location:
                hops += 1
                if hops > config.max_redirects:
                    raise FetchRefusedError(source_id, f"more than {config.max_redirects} redirects")
                is_permanent = is_permanent and response.status in _PERMANENT
                url = str(target.join(_checked_location(location, source_id)))
                continue
            if response.status not in (200, 304):
                raise FetchError(
                    source_id, f"answered {response.status}", response.status, _retry_after_s(answer)
                )
            body = b"" if response.status == 304 else _body(
                response, answer, config, source_id, cut_at
            )
            return Fetched(
                url=str(target),
                status=response.status,
                body=body,
                content_type=answer.get("Content-Type"),
                etag=answer.validator("ETag"),
                last_modified=answer.validator("Last-Modified"),
                moved_to=str(target) if hops and is_permanent else None,
            )


class _Headers:
    """The headers of an answer, a character for each byte. Of those sent twice the first counts."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._values: dict[bytes, bytes] = {}
        for name, value in raw:
            self._values.setdefault(name.lower(), value)

    def get(self, name: str) -> str | None:
        value = self._values.get(name.lower().encode("ascii"))
        return None if value is None else value.decode("latin-1")

    def validator(self, name: str) -> str | None:
        value = self.get(name)
        return value if value and len(value) <= _MAX_VALIDATOR else None


def _body(
    response: Any, answer: _Headers, config: FetchSettings, source_id: str, cut_at: int | None
) -> bytes:
    """The decoded body, unpacked in bounded steps, so that a bomb cannot grow past the cap in memory."""
    coding = answer.get("Content-Encoding") or ""
    if not is_accepted(coding):
        raise FetchRefusedError(source_id, f"content coding {coding[:20]!r} was not asked for")
    body = bytearray()
    limit = config.max_bytes if cut_at is None else min(cut_at, config.max_bytes)
    for piece in decoded(coding, response.iter_stream()):
        if len(body) + len(piece) > limit:
            if cut_at is not None:
                return bytes(body + piece)[:limit]
            raise FetchRefusedError(source_id, f"too large: more than {config.max_bytes} bytes")
        body += piece
    return bytes(body)


def checked(url: str, source_id: str) -> httpx2.URL:
    """`url` as one that may be asked for, without its fragment. Raises `FetchRefusedError`."""
    try:
        target = httpx2.URL(url)
    except httpx2.InvalidURL as exc:
        raise FetchRefusedError(source_id, f"not a valid address: {exc}") from None
    if target.scheme not in ("http", "https") or not target.host:
        raise FetchRefusedError(source_id, f"scheme {target.scheme[:20]!r}; only http and https are read")
    return target.copy_with(fragment=None)


def _checked_location(location: str, source_id: str) -> httpx2.URL:
    try:
        # Addresses beyond ASCII are written in UTF-8 by those who write them at all.
        return httpx2.URL(location.encode("latin-1").decode("utf-8", "replace"))
    except httpx2.InvalidURL as exc:
        raise FetchRefusedError(source_id, f"redirects to no valid address: {exc}") from None


def _retry_after_s(answer: _Headers) -> float | None:
    """The wished pause in seconds, from either form of Retry-After; None where there is none."""
    value = (answer.get("Retry-After") or "").strip()
    if value.isascii() and value.isdecimal():
        return min(float(value[:12]), _LONGEST_RETRY_S)
    try:
        until = parsedate_to_datetime(value)
        try:  # by the server's own clock, where it tells it
            now = parsedate_to_datetime(answer.get("Date") or "")
        except (TypeError, ValueError):
            now = datetime.now(UTC)
        pause_s = (until - now).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(0.0, pause_s), _LONGEST_RETRY_S)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


class _GuardedBackend(httpcore2.NetworkBackend):
    """Opens sockets to checked addresses only, and keeps one deadline over all of them."""

    def __init__(self, source_id: str, allow_private: tuple[str, ...], deadline: float) -> None:
        self._source_id, self._allow_private, self._deadline = source_id, allow_private, deadline
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        named = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        addresses = _addresses(host, port, _left(self._deadline, timeout))
        is_allowed = named.lower() in self._allow_private
        if not is_allowed:
            addresses = [address for address in addresses if is_public(address)]
        if not addresses:
            raise self._private(named)
        failure: Exception | None = None
        for tried, address in enumerate(addresses):
            # One address that never answers must leave time for the next.
            share = _left(self._deadline, timeout) / (len(addresses) - tried)
            try:
                stream = self._sockets.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as exc:
                failure = exc
                continue
            if not is_allowed and not is_public(str(stream.get_extra_info("server_addr")[0])):
                stream.close()
                raise self._private(named)
            return _DeadlineStream(stream, self._deadline)
        raise failure or httpcore2.ConnectError(f"{named} did not accept a connection")

    def _private(self, named: str) -> FetchRefusedError:
        return FetchRefusedError(
            self._source_id, f"{named} is a private address; to allow it add it to [fetch] allow_private"
        )


def _addresses(host: str, port: int, timeout_s: float) -> list[str]:
    """What `host` resolves to. A resolver that hangs is left to itself: its look-up cannot be ended."""
    found: list[Any] = []

    def look_up() -> None:
        with suppress(socket.gaierror, UnicodeError):
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))

    thread = threading.Thread(target=look_up, name="look-up", daemon=True)
    thread.start()
    thread.join(timeout_s)
    if thread.is_alive():
        raise httpcore2.ConnectTimeout("the resolver did not answer")
    if not found:
        raise httpcore2.ConnectError(f"the name {host!r} does not resolve")
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _DeadlineStream(httpcore2.NetworkStream):
    """A stream whose every wait ends at one deadline: a server sending a byte a second cannot hold us."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline, timeout))
        return _DeadlineStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("deadline passed")
    return left if timeout is None else min(left, timeout)
