"""What leaves the desk on paper: the dossier that hands a case over, the bulletin for the task force.

Pages need the extra `reports`; the other forms do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ..errors import InputError
from ..wording import Language
from .bulletin import Bulletin, NewTerm, compose, count_terms, periods_until
from .dossier import Dossier, Evidence, ReviewNote, dossier
from .exchange import misp_events, stix_bundle
from .periods import Period, Rhythm, last_ended, read_period
from .phrases import Phrases, zone_of
from .provinces import code_of, province

__all__ = [
    "BULLETIN_FORMS",
    "Bulletin",
    "Dossier",
    "Evidence",
    "NewTerm",
    "Period",
    "Phrases",
    "ReviewNote",
    "Rhythm",
    "bulletin_file",
    "bulletin_files",
    "code_of",
    "compose",
    "count_terms",
    "dossier",
    "dossiers_pdf",
    "last_ended",
    "misp_events",
    "periods_until",
    "province",
    "read_period",
    "stix_bundle",
    "zone_of",
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


#: The forms of a bulletin: the whole as HTML and PDF, the page for the public as PDF and PNG.
BULLETIN_FORMS = (".html", ".pdf", "-public.pdf", "-public.png")


def bulletin_files(bulletin: Bulletin, *, lang: Language = "id") -> dict[str, bytes]:
    """The bulletin in all its forms, by the name of their files. Raises as `bulletin_file`."""
    return dict(bulletin_file(bulletin, form, lang=lang) for form in BULLETIN_FORMS)


def bulletin_file(bulletin: Bulletin, form: str, *, lang: Language = "id") -> tuple[str, bytes]:
    """The bulletin in one of `BULLETIN_FORMS`: the name of the file and what is in it.

    Raises
    ------
    InputError
        If the extra `reports` is not installed.
    """
    with _pages():
        from . import bulletin_html, bulletin_pdf, poster
    made = {
        ".html": bulletin_html.bulletin_html,
        ".pdf": bulletin_pdf.bulletin_pdf,
        "-public.pdf": poster.poster_pdf,
        "-public.png": poster.poster_png,
    }
    name = f"brief-{bulletin.province.province}-{bulletin.period.name}-{lang}{form}"
    return name, made[form](bulletin, Phrases(lang))


@contextmanager
def _pages() -> Iterator[None]:
    """A missing library becomes a line that says how to get it."""
    try:
        yield
    except ModuleNotFoundError as exc:
        raise InputError(
            f"pages need {exc.name}; install it with: pip install 'tppo-watch[reports]'", why="pages"
        ) from exc
