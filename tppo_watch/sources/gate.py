"""The one gate for every outgoing request: the only module of this package that opens a connection.

An address is judged where it counts: each name is resolved here, every address it gives is checked, and the
socket is opened to a checked address, so that a name which changes its mind between look-up and connection
gains nothing. Redirects pass the same check. No cookies, no referrer, no proxy from the environment.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

import httpcore2
import httpx2

from .. import __version__
from ..config import FetchSettings
from ..errors import FetchError, FetchRefusedError

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: its body, or the news that nothing changed."""

    url: str  #: after redirects
    status: int  #: 200, or 304 where `body` is empty because nothing changed
    body: bytes
    content_type: str | None = None
    etag: str | None = None  #: as sent, to be echoed byte for byte
    last_modified: str | None = None

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
) -> Fetched:
    """Get `url` within the limits of `config`.

    Parameters
    ----------
    source_id : str, optional
        Named in errors; the host without it.
    etag, last_modified : str, optional
        Validators of the last answer; the server may then say that nothing changed.

    Raises
    ------
    FetchRefusedError
        With the rule that was broken: scheme, private address, too large, too slow, too many redirects,
        content coding.
    FetchError
        The server did not answer usefully; `status` and `retry_after_s` where it gave them.
    """
    config = config or FetchSettings()
    deadline = time.monotonic() + config.timeout_s
    headers = {
        "Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5",
        "Accept-Encoding": "gzip",
        "User-Agent": f"tppo-watch/{__version__}" + (f" (+{config.contact})" if config.contact else ""),
    }
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    source_id = source_id or _host_of(url)
    backend = _GuardedBackend(source_id, config.allow_private, deadline)
    try:
        with httpcore2.ConnectionPool(
            ssl_context=_tls(), network_backend=backend, max_connections=1, http1=True
        ) as pool:
            return _follow(pool, url, headers, config, source_id)
    except httpcore2.TimeoutException:
        raise FetchRefusedError(
            source_id, f"too slow: no full answer within {config.timeout_s:g} s"
        ) from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError, ssl.SSLError, OSError) as exc:
        detail = str(exc).strip() or type(exc).__name__
        raise FetchError(source_id, f"could not be reached: {detail}") from exc


def _follow(
    pool: httpcore2.ConnectionPool, url: str, headers: dict[str, str], config: FetchSettings, source_id: str
) -> Fetched:
    for _ in range(config.max_redirects + 1):
        target = _checked(url, source_id)
        request = [("Host", target.netloc.decode("ascii")), *headers.items()]
        core_url = httpcore2.URL(
            scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path
        )
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), config.timeout_s)
        with pool.stream("GET", core_url, headers=request, extensions={"timeout": timeouts}) as response:
            answer = httpx2.Headers(response.headers)
            location = answer.get("Location")
            if response.status in _REDIRECTS and location:
                url = str(target.join(location))
                continue
            if response.status not in (200, 304):
                raise FetchError(
                    source_id, f"answered {response.status}", response.status, _retry_after_s(answer)
                )
            body = b"" if response.status == 304 else _body(response, answer, config, source_id)
            return Fetched(
                url=str(target),
                status=response.status,
                body=body,
                content_type=answer.get("Content-Type"),
                etag=answer.get("ETag"),
                last_modified=answer.get("Last-Modified"),
            )
    raise FetchRefusedError(source_id, f"more than {config.max_redirects} redirects")


def _body(response: Any, answer: httpx2.Headers, config: FetchSettings, source_id: str) -> bytes:
    """The decoded body, unpacked in bounded steps, so that a bomb cannot grow past the cap in memory."""
    coding = answer.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip", ""):
        raise FetchRefusedError(source_id, f"content coding {coding[:20]!r} was not asked for")
    unpack = zlib.decompressobj(wbits=31) if "gzip" in coding else None
    parts: list[bytes] = []
    size = 0
    for chunk in response.iter_stream():
        for piece in (chunk,) if unpack is None else _unpacked(unpack, chunk, source_id):
            size += len(piece)
            if size > config.max_bytes:
                raise FetchRefusedError(source_id, f"too large: more than {config.max_bytes} bytes")
            parts.append(piece)
    if unpack is not None and not unpack.eof:
        raise FetchError(source_id, "sent gzip data that is cut short")
    return b"".join(parts)


def _unpacked(unpack: Any, chunk: bytes, source_id: str) -> Iterator[bytes]:
    while True:
        try:
            piece = unpack.decompress(chunk, _CHUNK)
        except zlib.error:
            raise FetchError(source_id, "sent broken gzip data") from None
        yield piece
        chunk = unpack.unconsumed_tail
        if not chunk and len(piece) < _CHUNK:
            return


def _checked(url: str, source_id: str) -> httpx2.URL:
    try:
        target = httpx2.URL(url)
    except httpx2.InvalidURL as exc:
        raise FetchRefusedError(source_id, f"not a valid address: {exc}") from None
    if target.scheme not in ("http", "https") or not target.host:
        raise FetchRefusedError(source_id, f"scheme {target.scheme[:20]!r}; only http and https are read")
    return target.copy_with(fragment=None)


def _host_of(url: str) -> str:
    try:
        return httpx2.URL(url).host or "?"
    except httpx2.InvalidURL:
        return "?"


def _retry_after_s(answer: httpx2.Headers) -> float | None:
    value = answer.get("Retry-After", "").strip()
    if value.isdecimal() and len(value) < 10:
        return float(value)
    date = answer.get("Date")
    try:
        return max(0.0, (parsedate_to_datetime(value) - parsedate_to_datetime(date or "")).total_seconds())
    except (TypeError, ValueError):
        return None


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also inside an IPv6 transition form."""
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


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
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError):
            raise httpcore2.ConnectError(f"the name {host!r} does not resolve") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        named = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        if named.lower() not in self._allow_private:
            addresses = [address for address in addresses if is_public(address)]
        if not addresses:
            raise FetchRefusedError(
                self._source_id,
                f"{named} is a private address; to allow it add it to [fetch] allow_private",
            )
        failure: httpcore2.ConnectError | None = None
        for address in addresses:
            try:
                stream = self._sockets.connect_tcp(
                    address, port, _left(self._deadline, timeout), local_address, socket_options
                )
            except httpcore2.ConnectError as exc:
                failure = exc
            else:
                return _DeadlineStream(stream, self._deadline)
        raise failure or httpcore2.ConnectError(f"{named} did not accept a connection")


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
