"""The pages, one module for each of them."""

from __future__ import annotations

from . import accounts, decisions, entrance, figures, own, posts, queue

ROUTERS = (
    entrance.router,
    queue.router,
    posts.router,
    decisions.router,
    figures.router,
    own.router,
    accounts.router,
)
