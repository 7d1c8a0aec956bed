"""One batch of posts: what of it is new, what is said of it, and how that is kept. Decide first, then do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from ..alerts.lanes import Lane, alert_of_campaign, is_more_urgent, lane_for
from ..campaigns import Print
from ..config import SourceSettings
from ..review.acts import note_reopened
from ..storage import alerts as stored_alerts
from ..storage import campaigns as stored_campaigns
from ..storage import posts as stored_posts
from ..storage.campaigns import CampaignAlert
from ..storage.posts import Earlier, NewPost, content_hash
from ..storage.purge import native_digest, purged_digests
from ..text.document import Document, read
from ..types import Assessment, Failure
from .ads import Draft
from .grouping import Grouping
from .joins import id_mark, join, marks_of

# Above any post; whoever pads an ad to more still has its beginning read.
MAX_TEXT = 100_000  # characters
# Halves of surrogate pairs cannot be stored as UTF-8, and NUL ends a text for some readers of the database.
_UNSTORABLE = re.compile("[\ud800-\udfff\0]")


class Assesses(Protocol):
    """What a scan needs of an assessor."""

    def assess_many(self, texts: Iterable[str | Document]) -> Iterator[Assessment]: ...


@dataclass(frozen=True, slots=True)
class Assessed:
    """What was found of a text."""

    assessment: Assessment
    print: Print  #: by which it is compared with others


@dataclass(frozen=True, slots=True)
class Known:
    """What the database holds about a batch."""

    versions: dict[str, list[str]]  #: native id -> content hashes, the latest last
    purged: set[str]  #: digests of ids, versions and contents that were removed for good
    owners: dict[str, str]  #: message -> native id of the post it first went into
    originals: dict[str, int]  #: content hash -> the first post that said this
    earlier: dict[str, Earlier]  #: native id -> where its earlier versions led


@dataclass(slots=True)
class Outcome:
    """What became of a batch."""

    new: int = 0
    copies: int = 0
    raised: list[tuple[int, str, str]] = field(default_factory=list)  #: alerts, with lane and level


def to_new_post(
    draft: Draft, source: SourceSettings, fetched: datetime, author_key: Callable[[str], str]
) -> NewPost:
    """A draft in the form that is kept: no author name, nothing a database cannot hold."""
    post = draft.post
    text = _UNSTORABLE.sub("\ufffd", post.text[:MAX_TEXT])
    return NewPost(
        source_id=source.id,
        native_id=_UNSTORABLE.sub("\ufffd", post.native_id),
        content_hash=content_hash(text),
        text=text,
        fetched=fetched,
        parts=tuple(_UNSTORABLE.sub("\ufffd", part) for part in draft.parts),
        title=_UNSTORABLE.sub("\ufffd", post.title) if post.title else None,
        url=_UNSTORABLE.sub("\ufffd", post.url) if post.url else None,
        published=post.published,
        author_key=author_key(post.author) if post.author else None,
        province=source.province,
        pictures=post.pictures,
    )


def join_known(
    connection: Connection, source_id: str, batch: Sequence[NewPost]
) -> tuple[list[NewPost], list[tuple[str, str, str]]]:
    """A batch of one source with each post under the id it is known by, and the marks to know it by."""
    marks = {mark for post in batch for mark in (id_mark(post.native_id), *marks_of(post))}
    known = stored_posts.known(connection, source_id, [post.native_id for post in batch])
    joined = join(batch, frozenset(known), stored_posts.marked(connection, source_id, sorted(marks)))
    return joined.posts, joined.marks


def look_up(connection: Connection, source_id: str, batch: Sequence[NewPost]) -> Known:
    """Ask the database about a batch of one source."""
    native_ids = [post.native_id for post in batch]
    return Known(
        versions=stored_posts.known(connection, source_id, native_ids),
        purged=purged_digests(connection, {digest for post in batch for digest in _digests(post)}),
        owners=stored_posts.owners(connection, source_id, [post.parts[0] for post in batch]),
        originals=stored_posts.originals(connection, {post.content_hash for post in batch}),
        earlier=stored_posts.earlier_versions(connection, source_id, native_ids),
    )


def select_new(batch: Iterable[NewPost], known: Known) -> list[NewPost]:
    """Those of `batch` that say something not kept yet, each version once, in their order.

    A post whose first message went into another post before is that post with its beginning missing, as
    exports that start later give it: it is known. What was purged is none of our business any more.
    """
    seen = {(name, version) for name, versions in known.versions.items() for version in versions}
    new = []
    for post in batch:
        version = (post.native_id, post.content_hash)
        if version in seen or known.owners.get(post.parts[0], post.native_id) != post.native_id:
            continue
        if not known.purged.isdisjoint(_digests(post)):
            continue
        seen.add(version)
        new.append(post)
    return new


def select_reverted(batch: Iterable[NewPost], known: Known) -> list[NewPost]:
    """Those of `batch` that are an earlier version of a post again: its last edit was taken back."""
    shown: dict[str, list[NewPost]] = {}
    for post in batch:
        shown.setdefault(post.native_id, []).append(post)
    return [
        posts[0]
        for native_id, posts in shown.items()
        # A source that shows two versions beside each other takes nothing back.
        if len(posts) == 1 and posts[0].content_hash in known.versions.get(native_id, ())[:-1]
    ]


def _digests(post: NewPost) -> set[str]:
    names = {post.native_id, *post.parts}
    version = native_digest(post.source_id, post.native_id, post.content_hash)
    return {native_digest(post.source_id, name) for name in names} | {version, post.content_hash}


def assess_new(
    posts: Sequence[NewPost],
    known: Known,
    assessor: Assesses,
    print_of: Callable[[Document, Assessment], Print],
) -> tuple[dict[str, Assessed], list[Failure]]:
    """Content hash -> what was found of what no earlier post said; a failure for each text that has none."""
    first: dict[str, NewPost] = {}
    for post in posts:
        if post.content_hash not in known.originals:
            first.setdefault(post.content_hash, post)

    def found(some: Iterable[NewPost]) -> Iterator[Assessed]:
        documents = [read(post.text) for post in some]
        for document, assessment in zip(documents, assessor.assess_many(documents), strict=True):
            yield Assessed(assessment, print_of(document, assessment))

    try:
        return dict(zip(first, found(first.values()), strict=True)), []
    except Exception:  # some text in the batch breaks it: find out which
        assessed: dict[str, Assessed] = {}
        failures: list[Failure] = []
    for digest, post in first.items():
        try:
            (assessed[digest],) = found([post])
        except Exception as exc:  # the edge of one post: report it, keep the pass alive
            item = f"{post.source_id}: {post.native_id}"
            failures.append(Failure(item, "assess", f"{type(exc).__name__} while assessing"))
    return assessed, failures


def keep(
    connection: Connection,
    posts: Sequence[NewPost],
    known: Known,
    assessed: dict[str, Assessed],
    now: datetime,
    grouping: Grouping,
) -> Outcome:
    """Write new posts, their assessments, campaigns and alerts in the caller's transaction.

    A post that neither says what an earlier one said nor was assessed stays out; the next scan tries it.
    """
    originals, earlier = dict(known.originals), dict(known.earlier)
    fresh: dict[str, NewPost] = {}  # by content hash: the first post that says something
    copies: list[NewPost] = []
    for post in posts:
        if post.content_hash in originals or post.content_hash in fresh:
            copies.append(post)
        elif post.content_hash in assessed:
            fresh[post.content_hash] = post
    ids = stored_posts.add(connection, [(post, None) for post in fresh.values()])
    originals.update(zip(fresh, ids, strict=True))
    found = [(originals[digest], assessed[digest]) for digest in fresh]
    stored_posts.add_assessments(connection, [(post_id, one.assessment) for post_id, one in found])
    grouping.add(connection, [(post_id, one.print) for post_id, one in found])
    outcome = Outcome(new=len(fresh) + len(copies), copies=len(copies))
    seen = {originals[post.content_hash] for post in (*fresh.values(), *copies)}
    around = _CampaignAlerts(connection, sorted(seen))
    for digest, post in fresh.items():
        post_id, assessment = originals[digest], assessed[digest].assessment
        lane = lane_for(assessment)
        before = earlier.get(post.native_id, Earlier(None, None))
        if before.alert_id is None:
            before = around.of(post_id, lane)
        after = _alert(connection, post_id, assessment, before, outcome, now)
        if lane is not None and after.alert_id is not None:
            around.note(post_id, after.alert_id, after.lane or lane)
            earlier[post.native_id] = after
    stored_posts.add(connection, [(post, originals[post.content_hash]) for post in copies])
    for post in copies:
        post_id = originals[post.content_hash]
        stored_alerts.add_copy(connection, post_id, now=now)
        if (alert_id := around.of(post_id, None).alert_id) is not None:
            stored_alerts.touch(connection, alert_id, now=now)
    return outcome


class _CampaignAlerts:
    """The alerts of the campaigns of a batch, kept up as more are raised."""

    def __init__(self, connection: Connection, post_ids: Sequence[int]) -> None:
        self._links = stored_campaigns.links_of(connection, post_ids)
        campaigns = sorted({link.campaign for link in self._links.values() if link.campaign is not None})
        self._alerts = stored_campaigns.alerts_of(connection, campaigns)

    def of(self, post_id: int, lane: Lane | None) -> Earlier:
        """The alert of its campaign that a post belongs to, if there is one."""
        link = self._links.get(post_id)
        if link is None or link.campaign is None:
            return Earlier(None, None)
        found = alert_of_campaign(lane, link.wording, self._alerts.get(link.campaign, ()))
        return Earlier(found.id, found.lane) if found else Earlier(None, None)

    def note(self, post_id: int, alert_id: int, lane: str) -> None:
        """Note that the post now stands for an alert, or has added to it."""
        link = self._links.get(post_id)
        if link is None or link.campaign is None:
            return
        known = self._alerts.setdefault(link.campaign, [])
        for place, alert in enumerate(known):
            if alert.id == alert_id:
                if lane != alert.lane:  # it moved up, which opens it
                    known[place] = CampaignAlert(alert_id, lane, "open", link.wording)
                return
        known.append(CampaignAlert(alert_id, lane, "open", link.wording))


def _alert(
    connection: Connection,
    post_id: int,
    assessment: Assessment,
    before: Earlier,
    outcome: Outcome,
    now: datetime,
) -> Earlier:
    """Raise an alert, or renew that of an earlier version or of the campaign, which nothing withdraws."""
    lane = lane_for(assessment)
    if before.alert_id is None or before.lane is None:
        if lane is None:
            return before
        alert_id = stored_alerts.raise_alert(connection, post_id, lane, now=now)
        outcome.raised.append((alert_id, lane, assessment.level))
        return Earlier(alert_id, lane)
    if lane is not None and is_more_urgent(lane, before.lane):
        stored_alerts.move(connection, before.alert_id, post_id=post_id, lane=lane, now=now)
        note_reopened(connection, before.alert_id, now=now)
        outcome.raised.append((before.alert_id, lane, assessment.level))
        return Earlier(before.alert_id, lane)
    stored_alerts.touch(connection, before.alert_id, now=now)
    return before
