"""The pages, one module for each of them."""

from __future__ import annotations

from . import (
    accounts,
    bulletin,
    campaigns,
    decisions,
    entrance,
    evidence,
    export,
    log,
    messages,
    own,
    posts,
    queue,
    signals,
    sources,
    statistics,
    terms,
)

ROUTERS = (
    entrance.router,
    queue.router,
    posts.router,
    decisions.router,
    campaigns.router,
    bulletin.router,
    evidence.router,
    export.router,
    sources.router,
    statistics.router,
    log.router,
    messages.router,
    signals.router,
    terms.router,
    own.router,
    accounts.router,
)
