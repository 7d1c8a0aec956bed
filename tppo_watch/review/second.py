"""Second opinions: which posts two people look at, and who must not know what the other found. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from .records import Act, State, User
from .roles import may


def is_seen_by_two(alert_id: int, share: float) -> bool:
    """Whether a second person looks at this post without knowing what the first found.

    Decided by a hash of its number: the same on every machine, and nobody can choose.
    """
    digest = hashlib.sha256(f"second opinion {alert_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def asks_for_second(states: Iterable[State], kind: str, share: float) -> dict[str, Any]:
    """What a first finding keeps of those posts that a second person looks at too.

    Help and referral wait for nobody.
    """
    if kind not in ("take_up", "not_trafficking"):
        return {}
    chosen = [
        state.alert_id
        for state in states
        if state.verdict is None and not state.opinions and is_seen_by_two(state.alert_id, share)
    ]
    return {"second": chosen} if chosen else {}


def is_blind(state: State, actor: User) -> bool:
    """Whether this person is to give a second opinion without knowing the first."""
    return (
        state.waits_for_second
        and may(actor, "decide")
        and not may(actor, "undo_others")
        and all(opinion.reviewer != actor.id for opinion in state.opinions)
    )


def seen_blind(history: Sequence[Act], actor: User) -> tuple[Act, ...]:
    """What this person may see of a history whose findings they must not know: their own acts, and files.

    A file is material, as the text of the post is. Why somebody brought it is not.
    """
    return tuple(
        act if act.actor == actor.id else replace(act, body={**act.body, "note": ""})
        for act in history
        if act.actor == actor.id or act.kind == "evidence"
    )
