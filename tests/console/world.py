"""A console over a real database and a real server on loopback, with posts that show every kind of mark."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import httpx2
import uvicorn
from argon2 import PasswordHasher

from tests.scanning import KeywordAssessor
from tppo_watch.alerts import lane_for
from tppo_watch.config import Settings, settings_from
from tppo_watch.console.app import make_app
from tppo_watch.review import ROLES, accounts
from tppo_watch.signals import raising
from tppo_watch.signals.candidates import candidate
from tppo_watch.signals.detect import Signal
from tppo_watch.signals.emerging import EmergingTerm
from tppo_watch.signals.offers import Offer
from tppo_watch.signals.stored import Explained
from tppo_watch.storage import alerts, posts, sources, terms
from tppo_watch.storage.posts import NewPost, content_hash
from tppo_watch.types import Assessment, Entity, Match
from tppo_watch.watch import Watch, open_watch

PASSWORD = "kuda nil makan rumput"
KEY = b"k" * 32
#: A post of ours with everything a page can show: signs of each element, one denied, counter-evidence.
AD = (
    "Loker admin Poipet Kamboja, gaji 12jt bersih, mes gratis.\nBerangkat pakai visa turis dulu, paspor "
    "dipegang kantor, kontrak 2 tahun. Tidak ada potongan. Alamat kantor jelas di Samarinda. "
    "WA 0812-0000-0147"
)
PLEA = "tolong saya, ditahan di Poipet, paspor diambil. Hubungi keluarga saya 0812-0000-0199"
GRAVE = "Butuh ibu hamil tua, bayi diadopsi, biaya ditanggung. WA 0812-0000-0150"

_SIGNS = (
    ("admin Poipet", "scam_gambling_job", "purpose", "asserted"),
    ("Poipet Kamboja", "non_placement_destination", "context", "asserted"),
    ("Poipet", "compound_place_mentioned", "context", "asserted"),
    ("gaji 12jt bersih", "unrealistic_salary", "means", "asserted"),
    ("pakai visa turis", "visitor_visa_for_work", "means", "asserted"),
    ("visa turis dulu, paspor dipegang kantor", "document_confiscation", "means", "asserted"),
    ("Tidak ada potongan", "salary_deduction_scheme", "means", "negated"),
    ("bayi diadopsi", "baby_trade_offer", "act", "asserted"),
)


def assessed(text: str) -> Assessment:
    """An assessment of `text` by the words in it, with every part a page can show."""
    plain = KeywordAssessor().assess(text)
    signs = tuple(
        Match(id, found.start(), found.end(), found.group(), element, scope, 0.8)  # type: ignore[arg-type]
        for phrase, id, element, scope in _SIGNS
        for found in re.finditer(re.escape(phrase), text)
    )
    counter = tuple(
        Match("office_address", found.start(), found.end(), found.group(), "context", "asserted", -0.6)
        for found in re.finditer("Alamat kantor jelas di Samarinda", text)
    )
    pay = tuple(
        Entity("salary", found.start(), found.end(), found.group(),
               {"min": 12_000_000, "max": 12_000_000, "currency": "IDR", "period": "month"})
        for found in re.finditer("gaji 12jt", text)
    )  # fmt: skip
    place = tuple(
        Entity("destination", found.start(), found.end(), found.group(), {"country": "KH", "place": "Poipet"})
        for found in re.finditer("Poipet", text)
    )
    reasons = (("base", -4.0), *((sign.id, sign.weight) for sign in signs), ("counter:office_address", -0.6),
               ("missing:contract", 0.2), ("calibration", 0.3))  # fmt: skip
    level = "high" if "bayi" in text and not plain.assistance else plain.level
    return replace(
        plain,
        level=level,
        indicators=(*plain.indicators, *signs),
        counter=counter,
        entities=(*plain.entities, *pay, *place),
        reasons=reasons,
        missing=("employer", "contract", "office"),
        exploitation={"scam_compound": 0.9} if level != "none" else {},
    )


@dataclass
class Clock:
    """A clock that stands until it is set."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class World:
    """A running console."""

    watch: Watch
    base: str
    clock: Clock
    cookie: str = "__Host-tppo-session"

    def token(self, role: str) -> str:
        """A session of the user of that role, as the cookie holds it."""
        return self.watch.accounts.sign_in(role, PASSWORD, client="test", now=self.clock()).token

    def client(self, role: str | None = None, lang: str = "id") -> httpx2.Client:
        """Somebody without a browser; signed in where a role is given."""
        cookies = f"tppo-preferences=lang={lang}"
        if role:
            cookies += f"; {self.cookie}={self.token(role)}"
        return httpx2.Client(base_url=self.base, headers={"cookie": cookies}, trust_env=False, timeout=60)


def fill(
    watch: Watch,
    texts: Iterable[str],
    *,
    now: datetime,
    source: str = "telegram-uji",
    assess: Callable[[str], Assessment] | None = None,
    **more: Any,
) -> list[int]:
    """Keep posts that say this, each with its assessment and alert; ids of the alerts."""
    out = []
    with watch._store.write() as connection:
        sources.ensure(connection, source)
        for number, text in enumerate(texts):
            at = now - timedelta(minutes=7 * number)
            fields = {
                "title": None,
                "url": "https://contoh.example/1",
                "province": "Kalimantan Timur",
            } | more
            native = f"{number}-{now.timestamp()}"
            new = NewPost(
                source,
                native,
                content_hash(text + str(number)),
                text,
                at,
                (native,),
                published=at - timedelta(hours=1),
                **fields,
            )
            (post_id,) = posts.add(connection, [(new, None)])
            assessment = (assess or assessed)(text)
            posts.add_assessments(connection, [(post_id, assessment)])
            out.append(alerts.raise_alert(connection, post_id, lane_for(assessment) or "medium", now=at))
    return out


def raise_signal(
    watch: Watch, posts: Iterable[int], *, now: datetime, series: str = "destination:KH"
) -> None:
    """Keep a signal of the day before, with these posts behind it."""
    yesterday = now.date() - timedelta(days=1)
    signal = Signal(yesterday, series, 21.4, 5.1, "nb_scan", 1e-6, 2e-4)
    with watch._store.write() as connection:
        raising.keep(connection, [Explained(signal, tuple(posts), ())], now=now)


def offer_term(watch: Watch, posts: Iterable[int], *, now: datetime, text: str = "paket senyap") -> None:
    """Keep a term that rises, with these posts as examples."""
    term = EmergingTerm(
        text, "phrase", 5, (0,) * 11 + (5,), 1, now.date() - timedelta(days=7), 6.0, tuple(posts)
    )
    offer = Offer(term, candidate(term))
    with watch._store.write() as connection:
        terms.offer(
            connection,
            text,
            term.kind,
            now=now,
            numbers=offer.numbers(),
            rule=offer.rule.model_dump(mode="json"),
        )


@contextlib.contextmanager
def console(
    folder: Path,
    *,
    now: datetime | None = None,
    roles: Iterable[Any] = ROLES,
    settings: Settings | None = None,
    **options: Any,
) -> Iterator[World]:
    """A console on loopback with a user of each role, whose name is the role; no posts yet."""
    clock = Clock(now or datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
    source = {"id": "telegram-uji", "kind": "jsonl", "path": "tiada.jsonl"}
    data = {"sources": [source], "review": {"second_share": 0.0}, "model": {"rules": "rules"}}
    settings = settings or settings_from(data, folder=folder)
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    # The same algorithm with the least work: what is tested here is not how long a guess takes.
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with (
        mock.patch.object(accounts, "_hasher", lambda: hasher),
        open_watch(settings, clock=clock) as watch,
    ):
        for role in roles:
            watch.accounts.add(None, role, role, PASSWORD, now=clock())
        app = make_app(watch, key=KEY, hosts=[f"127.0.0.1:{port}"], **options)
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="critical", server_header=False, lifespan="off")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield World(watch, f"http://127.0.0.1:{port}", clock)
        finally:
            server.should_exit = True
            thread.join(10)
