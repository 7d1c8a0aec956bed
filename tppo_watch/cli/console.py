"""``tppo-watch console``: the pages on which people review posts."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import ConfigError, InputError
from .output import called, say

if TYPE_CHECKING:
    from starlette.types import ASGIApp

#: Names of this machine that the console answers to on loopback.
_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Front:
    """How people reach the console."""

    hosts: tuple[str, ...]  #: Host headers that are answered
    address: str  #: to open in a browser
    is_secure: bool


def console(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8737,
    name: Annotated[
        str | None, typer.Option(help="Name under which people reach it, such as tinjau.contoh.go.id.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate chain, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Key of the certificate, PEM.")] = None,
    proxy: Annotated[
        str | None, typer.Option(help="Address of the trusted proxy that ends TLS in front of it.")
    ] = None,
    plain_cookie: Annotated[
        bool, typer.Option(help="On loopback only: for browsers that refuse secure cookies without TLS.")
    ] = False,
    config: Annotated[Path, typer.Option("--config", help="The settings file.")] = Path("tppo.toml"),
) -> None:
    """Serve the review console. Beyond loopback it needs TLS, or a trusted proxy that has it.

    Example: tppo-watch console --config tppo.toml
    """
    front = reached(host, port, name=name, has_tls=tls_cert is not None, proxy=proxy)
    if (tls_cert is None) != (tls_key is None):
        raise InputError("--tls-cert and --tls-key belong together", item="console")
    for file in (tls_cert, tls_key):
        if file is not None and not file.is_file():
            raise InputError("no such file", item=str(file))
    if plain_cookie and front.is_secure:
        raise InputError("--plain-cookie is for loopback without TLS", item="console")
    try:
        import uvicorn  # noqa: F401  # named here, so that it is missed before the database is opened

        from ..console.app import make_app
    except ImportError as exc:
        raise ConfigError(f"the console needs {exc.name}; run: pip install 'tppo-watch[console]'") from exc
    from ..storage.keys import load_key
    from ..watch import open_watch

    with open_watch(config) as watch:
        first = f"{called()} users add NAMA --role admin --config {config}"
        app = make_app(
            watch,
            key=load_key(watch.settings.privacy.key_file),
            hosts=front.hosts,
            is_secure=front.is_secure,
            has_plain_cookie=plain_cookie,
            first_user_command=first,
        )
        if not watch.accounts.listed():
            say(f"nobody can sign in yet; make the first user: {first}")
        listening = listening_on(host, port)
        say(f"the console is at {front.address} ; Ctrl+C ends it")
        _serve(app, listening, tls=(tls_cert, tls_key), proxy=proxy)


def _serve(
    app: ASGIApp, listening: socket.socket, *, tls: tuple[Path | None, Path | None], proxy: str | None
) -> None:
    """Answer until SIGINT or SIGTERM; the answers in hand are finished."""
    import uvicorn

    settings = uvicorn.Config(
        app,
        ssl_certfile=tls[0],
        ssl_keyfile=tls[1],
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy or "",
        server_header=False,
        access_log=False,  # addresses of pages name posts
        log_level="warning",
        timeout_keep_alive=20,
        h11_max_incomplete_event_size=64 * 1024,
    )
    # The server ends by the signal that stopped it once its last answer is out; that is no failure.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(settings).run(sockets=[listening])


def listening_on(host: str, port: int) -> socket.socket:
    """A socket on that address. Raises `InputError` where it cannot be had."""
    plain = host.strip("[]")
    family = socket.AF_INET6 if ":" in plain else socket.AF_INET
    try:
        found = socket.create_server((plain, port), family=family)
        # Every answer is sent as soon as it is there. asyncio sees to that only for sockets that name their
        # protocol, which this one does not; without it each page waits 40 ms for an acknowledgement.
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return found
    except OSError as exc:
        if exc.errno == errno.EADDRINUSE:
            raise InputError(
                f"port {port} is in use by another program; give another with --port", item="console"
            ) from exc
        raise InputError(f"cannot listen on {host}:{port}: {exc.strerror}", item="console") from exc


def reached(host: str, port: int, *, name: str | None, has_tls: bool, proxy: str | None) -> Front:
    """How people reach a console that listens there; refuses what would send passwords in the clear.

    Raises
    ------
    InputError
    """
    is_loopback = host == "localhost" or _is_loopback(host)
    if has_tls and proxy:
        raise InputError("TLS ends either here or at the proxy; give --tls-cert or --proxy", item="console")
    if proxy is not None and not _is_address(proxy):
        raise InputError(f"{proxy!r} is no address; name the proxy by its IP address", item="--proxy")
    is_secure = has_tls or proxy is not None
    if not is_loopback and not is_secure:
        raise InputError(
            f"{host} is reachable by others: give --tls-cert and --tls-key, or --proxy with the address of "
            "the proxy that ends TLS; or listen on 127.0.0.1",
            item="--host",
        )
    if (proxy is not None or not is_loopback) and name is None:
        raise InputError("say with --name how people reach it; other names are refused", item="console")
    if name is None:
        hosts = tuple(f"{one}:{port}" for one in _LOOPBACK_NAMES)
        return Front(hosts, f"{'https' if has_tls else 'http'}://127.0.0.1:{port}", is_secure)
    shown = name if proxy is not None or port == 443 else f"{name}:{port}"
    return Front((shown,), f"https://{shown}" if is_secure else f"http://{shown}", is_secure)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return _is_address(host) and ipaddress.ip_address(host.strip("[]")).is_loopback
