"""The desk: what a signed-in person can see and do. Every method checks the role and takes the time.

Get it from `Watch.desk`. A method that changes something writes the act, the state that follows and the
audit record in one transaction: either all of it is there or nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from .records import Act, Case, Decision, Item, Reason, Selection, User, Verdict, View


class Desk:
    """Lists, decisions and figures over one database."""

    # Lists

    def queue(
        self,
        actor: User,
        *,
        now: datetime,
        view: View = "waiting",
        lane: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Item]:
        """A list in its order: lane, then those past their time by age, then risk, then the latest first."""
        raise NotImplementedError

    def counts(self, actor: User, *, now: datetime) -> dict[str, int]:
        """How many in each view, and of the waiting ones as ``lane:<lane>`` and ``overdue:<lane>``."""
        raise NotImplementedError

    def next(self, actor: User, *, now: datetime, after: int | None = None) -> int | None:
        """The id of the post this person should see now, held for them for a while; None where none waits.

        `after` skips that post: the one they have just left undecided. Second opinions are dealt out among
        the rest, and look like any other post.
        """
        raise NotImplementedError

    # One post

    def open(self, actor: User, alert_id: int, *, now: datetime, reason: str | None = None) -> Case:
        """A post with its history, as this person may see it; the view is logged.

        With a `reason` (1 to 500 characters, kept in the log of events) numbers are shown.

        Raises
        ------
        NotFoundError, NotAllowedError, ReviewError
        """
        raise NotImplementedError

    def decide(
        self,
        actor: User,
        alert_id: int,
        decision: Decision,
        *,
        seen: int,
        now: datetime,
        is_overruling: bool = False,
    ) -> Act:
        """Decide about a post that was looked at when its version was `seen`.

        Where another person holds it or decided since, the finding is kept as a second opinion and
        `ReviewConflictError` names them. A lead may overrule.

        Raises
        ------
        ReviewConflictError, NotFoundError, NotAllowedError, ReviewError
        """
        raise NotImplementedError

    # Many posts

    def select(
        self,
        actor: User,
        *,
        now: datetime,
        view: View = "waiting",
        lane: str | None = None,
        alerts: Collection[int] | None = None,
    ) -> Selection:
        """The posts of a list, or those of it among `alerts`, counted: at most 1,000."""
        raise NotImplementedError

    def decide_all(
        self, actor: User, alerts: Sequence[int], digest: str, decision: Decision, *, now: datetime
    ) -> Act:
        """Decide about exactly the posts of a `Selection`, as one act that one undo takes back.

        Raises
        ------
        SelectionChangedError
            If one of them changed since it was counted; nothing is done.
        """
        raise NotImplementedError

    def merge(
        self,
        actor: User,
        into: int,
        alerts: Sequence[int],
        *,
        now: datetime,
        note: str = "",
    ) -> Act:
        """Let one alert stand for others of the same matter; they leave the queue."""
        raise NotImplementedError

    # Taking back

    def undo(self, actor: User, act_id: int, *, now: datetime) -> Act:
        """Take back an act, also of many posts, a merge, or an undo: all is as if it had not been.

        One's own; a lead may take back those of others.
        """
        raise NotImplementedError

    def last_act(self, actor: User) -> Act | None:
        """The latest act of this person that is in force and can be taken back; it survives a reload."""
        raise NotImplementedError

    # Disagreements

    def adjudicate(
        self,
        actor: User,
        alert_id: int,
        verdict: Verdict,
        *,
        reason: Reason | None = None,
        note: str = "",
        now: datetime,
    ) -> Act:
        """Decide, as a third person, where two differ (view ``disputed``)."""
        raise NotImplementedError
