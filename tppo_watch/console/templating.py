"""Pages from templates: everything is escaped, a name that is not there is a fault."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def environment() -> Environment:
    """The templates of the console."""
    env = Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals.update(static=static_path)
    return env


#: Keys and what they do, in the order of the help sheet.
KEY_HELP = (
    ("T", "take_up"), ("B 1…6", "not_trafficking"), ("H", "needs_help"), ("R 1…9", "refer"),
    ("S 1…4", "snooze"), ("A 1…9", "assign"), ("C", "comment"), ("U", "undo"), ("N", "next"),
    ("Q", "queue"), ("J K", "move"), ("X", "pick"), ("?", "help"),
)  # fmt: skip


@cache
def static_path(name: str) -> str:
    """The address of a static file; it changes with the file, so that browsers may keep it."""
    data = files(__package__).joinpath("static", *name.split("/")).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(data).hexdigest()[:12]}"


def key_cap(key: object) -> Markup:
    """A key as it is drawn on a button. Not read aloud: the button has its own words."""
    return Markup('<kbd aria-hidden="true">{}</kbd>').format(str(key).upper())


def token_field(token: str) -> Markup:
    """The hidden field that shows that a form is ours."""
    return Markup('<input type="hidden" name="token" value="{}">').format(token)
