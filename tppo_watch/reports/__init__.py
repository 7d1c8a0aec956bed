"""What leaves the desk on paper: the dossier that hands a case over, the bulletin for the task force.

Pages need the extra `reports`; the other forms do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ..errors import InputError
from .dossier import Dossier, Evidence, ReviewNote, dossier
from .exchange import misp_events, stix_bundle

__all__ = [
    "Dossier",
    "Evidence",
    "ReviewNote",
    "dossier",
    "dossiers_pdf",
    "misp_events",
    "stix_bundle",
]


def dossiers_pdf(cases: Sequence[Dossier]) -> bytes:
    """All `cases` as one PDF, each beginning on a page of its own. See :mod:`.dossier_pdf`.

    Raises
    ------
    InputError
        If there is no case, the document would be too long, or the extra `reports` is not installed.
    """
    with _pages():
        from . import dossier_pdf
    return dossier_pdf.dossiers_pdf(cases)


@contextmanager
def _pages() -> Iterator[None]:
    """A missing library becomes a line that says how to get it."""
    try:
        yield
    except ModuleNotFoundError as exc:
        raise InputError(
            f"pages need {exc.name}; install it with: pip install 'tppo-watch[reports]'"
        ) from exc
