"""The error tree.

::

    WatchError
    ├── ConfigError       also ValueError; file, key
    ├── KnowledgeError    file, record
    ├── InputError        also ValueError; a text, file or row that cannot be read; item, why
    ├── SourceError       source_id
    │   └── FetchError    status, retry_after_s
    │       └── FetchRefusedError   reason
    ├── ModelError        model
    │   ├── ModelNotFoundError
    │   └── ModelMismatchError      file, expected, found
    ├── StorageError      url
    │   ├── NotFoundError           record, id
    │   └── StorageBusyError
    ├── WorkerError       a process that was killed in the middle of work
    ├── DeliveryError     channel
    └── ReviewError       why, values
        ├── ReviewConflictError     alert_id, holder, is_kept
        ├── SelectionChangedError
        ├── NotAllowedError         action, role
        ├── SignInError             wait_s
        └── AuditError              record

Every error says what, where and what to do; ids are attributes and survive pickling.
"""

from __future__ import annotations

from collections.abc import Mapping


class WatchError(Exception):
    """Base of every error this library raises on purpose."""


class ConfigError(WatchError, ValueError):
    """A setting is missing, unknown or out of range."""

    def __init__(self, message: str, *, file: str | None = None, key: str | None = None) -> None:
        self.message, self.file, self.key = message, file, key
        super().__init__(message)

    def __str__(self) -> str:
        where = ": ".join(part for part in (self.file, self.key) if part)
        return f"{where}: {self.message}" if where else self.message

    def __reduce__(self):
        return _rebuild, (type(self), (self.message,), {"file": self.file, "key": self.key})


class KnowledgeError(WatchError):
    """A file of domain knowledge breaks its schema."""

    def __init__(self, message: str, *, file: str, record: str | None = None) -> None:
        self.message, self.file, self.record = message, file, record
        super().__init__(message)

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.record}: {self.message}" if self.record else f"{self.file}: {self.message}"
        )

    def __reduce__(self):
        return _rebuild, (type(self), (self.message,), {"file": self.file, "record": self.record})


class InputError(WatchError, ValueError):
    """A text, file or row cannot be read as what it should be.

    Parameters
    ----------
    why : str, optional
        A short name of what is wrong, for pages that say it in the language of their reader.
    """

    def __init__(self, message: str, *, item: str | None = None, why: str | None = None) -> None:
        self.message, self.item, self.why = message, item, why
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.item}: {self.message}" if self.item else self.message

    def __reduce__(self):
        return _rebuild, (type(self), (self.message,), {"item": self.item, "why": self.why})


class SourceError(WatchError):
    """A source could not be read as configured."""

    def __init__(self, source_id: str, message: str) -> None:
        self.source_id, self.message = source_id, message
        super().__init__(source_id, message)

    def __str__(self) -> str:
        return f"source {self.source_id!r}: {self.message}"


class FetchError(SourceError):
    """A remote source did not answer usefully; the next scan may succeed."""

    def __init__(
        self, source_id: str, message: str, status: int | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(source_id, message)
        self.status, self.retry_after_s = status, retry_after_s
        self.args = (source_id, message, status, retry_after_s)


class FetchRefusedError(FetchError):
    """The gate refused an address or an answer; `reason` names the rule."""

    def __init__(self, source_id: str, reason: str) -> None:
        super().__init__(source_id, f"refused: {reason}")
        self.reason = reason
        self.args = (source_id, reason)


class ModelError(WatchError):
    """A model cannot be used."""

    def __init__(self, model: str, message: str) -> None:
        self.model, self.message = model, message
        super().__init__(model, message)

    def __str__(self) -> str:
        return f"model {self.model!r}: {self.message}"


class ModelNotFoundError(ModelError):
    """There is no model of that name or at that path."""


class ModelMismatchError(ModelError):
    """A model file is not the one its manifest describes: altered, cut or of another version."""

    def __init__(self, model: str, file: str, expected: str, found: str) -> None:
        self.file, self.expected, self.found = file, expected, found
        super().__init__(
            model, f"{file}: expected {expected}, found {found}; install the model again or retrain it"
        )
        self.args = (model, file, expected, found)


class StorageError(WatchError):
    """The database cannot do what was asked."""

    def __init__(self, message: str, *, url: str | None = None) -> None:
        self.message, self.url = message, url
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.url}: {self.message}" if self.url else self.message

    def __reduce__(self):
        return _rebuild, (type(self), (self.message,), {"url": self.url})


class NotFoundError(StorageError):
    """No record of that kind and id."""

    def __init__(self, record: str, id: str) -> None:
        super().__init__(f"no {record} with id {id!r}")
        self.record, self.id = record, id

    def __reduce__(self):
        return type(self), (self.record, self.id)


class StorageBusyError(StorageError):
    """Another process holds the database or the scan lock."""


class WorkerError(WatchError):
    """A process that worked for this one was killed; what it had in hand is not done."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class DeliveryError(WatchError):
    """A message could not be brought to a channel. Holds no address: those hold secrets."""

    def __init__(self, channel: str, message: str) -> None:
        self.channel, self.message = channel, message
        super().__init__(channel, message)

    def __str__(self) -> str:
        return f"{self.channel}: {self.message}"


class ReviewError(WatchError):
    """A decision, an account or a rule is not as it must be.

    Parameters
    ----------
    why : str, optional
        A short name of what is wrong, for pages that say it in the language of their reader.
    values : mapping, optional
        What belongs into that sentence, by name.
    """

    def __init__(
        self, message: str, *, why: str | None = None, values: Mapping[str, object] | None = None
    ) -> None:
        self.message, self.why, self.values = message, why, dict(values or {})
        super().__init__(message)

    def __reduce__(self):
        return _rebuild, (type(self), (self.message,), {"why": self.why, "values": self.values})


class ReviewConflictError(ReviewError):
    """Somebody else holds the post or decided meanwhile; the finding is a second opinion if `is_kept`."""

    def __init__(self, alert_id: int, holder: str, *, is_kept: bool) -> None:
        self.alert_id, self.holder, self.is_kept = alert_id, holder, is_kept
        kept = "; what you found is kept as a second opinion" if is_kept else ""
        super().__init__(f"alert {alert_id} is in the hands of {holder}{kept}; look at it again")

    def __reduce__(self):
        return _rebuild, (type(self), (self.alert_id, self.holder), {"is_kept": self.is_kept})


class SelectionChangedError(ReviewError):
    """The posts of a bulk decision are no longer those that were counted; nothing was done."""

    def __init__(self) -> None:
        super().__init__("the chosen posts changed meanwhile; nothing was done, count them again")

    def __reduce__(self):
        return type(self), ()


class NotAllowedError(ReviewError):
    """The role of a user does not allow this."""

    def __init__(self, action: str, role: str) -> None:
        self.action, self.role = action, role
        super().__init__(f"the role {role!r} may not do this ({action}); ask a lead or an administrator")

    def __reduce__(self):
        return type(self), (self.action, self.role)


class SignInError(ReviewError):
    """Name and password do not fit, or there were too many attempts: then `wait_s` says how long to wait."""

    def __init__(self, wait_s: float = 0.0) -> None:
        self.wait_s = wait_s
        late = f"too many attempts; try again in {wait_s:.0f} s" if wait_s else "name and password do not fit"
        super().__init__(late)

    def __reduce__(self):
        return type(self), (self.wait_s,)


class AuditError(ReviewError):
    """The log of who did what was tampered with; `record` is the first bad one."""

    def __init__(self, record: int, reason: str) -> None:
        self.record, self.reason = record, reason
        super().__init__(f"audit record {record}: {reason}")

    def __reduce__(self):
        return type(self), (self.record, self.reason)


def _rebuild(kind, args, kwargs):
    return kind(*args, **kwargs)
