"""The review console: pages on loopback in which people read posts and decide. It never decides by itself."""

from __future__ import annotations
