"""HTML to words and pictures: what several readers share."""

from __future__ import annotations

import re
from typing import Any

import lxml.html
from lxml import etree

_MAX_MARKUP = 3 * 2**20  # characters; a page is some 100,000
_BLOCKS = frozenset(
    "p div br li ul ol h1 h2 h3 h4 h5 h6 tr td th table blockquote section article hr pre dd dt dl figure "
    "header footer main nav form option title".split()
)
_UNREAD = frozenset(("script", "style", "template", "noscript", "iframe", "svg", "head", "object"))
# Contacts hide behind words such as "Daftar di sini"; other link targets would only add noise.
_CONTACT = re.compile(
    r"(?:(?:https?://)?(?:wa\.me|api\.whatsapp\.com|chat\.whatsapp\.com|t\.me)/.{1,300}"
    r"|(?:tel|mailto):.{1,100})\Z",
    re.I,
)
# What neither XML nor a database holds; lxml refuses a string with one of them.
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def parsed(markup: str) -> Any:
    """The tree of `markup`, a whole page or a part of one; None where it holds nothing.

    Whatever stands in the markup as its encoding is passed over: this is text already.
    """
    markup = _FORBIDDEN.sub(" ", markup[:_MAX_MARKUP])
    if not markup.strip():
        return None
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)
    try:
        return lxml.html.document_fromstring(markup.encode(), parser=parser, ensure_head_body=True)
    except (etree.ParserError, etree.XMLSyntaxError):  # nothing but a comment, for instance
        return None


def html_to_text(markup: str) -> str:
    """The words of HTML, a line for each block, with contacts hidden in links written out."""
    if "<" not in markup and "&" not in markup:
        return _lines(markup)
    tree = parsed(markup)
    return "" if tree is None else text_of(tree.body)


def text_of(element: Any, *, with_links: bool = False) -> str:
    """The words of an element, as `html_to_text` gives them; `with_links`: every hidden address too."""
    parts: list[str] = []
    skipped: Any = None
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        tag = node.tag if isinstance(node.tag, str) else None
        if event == "start":
            if skipped is not None:
                continue
            if tag in _UNREAD:
                skipped = node
                continue
            if tag in _BLOCKS:
                parts.append("\n")
            if tag == "a" and (target := _hidden(node, with_links)):
                parts.append(f"{target} ")
            parts.append(_flat(node.text, tag))
            continue
        if skipped is not None and node is not skipped:
            continue
        if skipped is None and tag in _BLOCKS:
            parts.append("\n")
        skipped = None
        if node is not element:
            parts.append(_flat(node.tail, None))
    return _lines("".join(parts))


def _flat(text: str | None, tag: str | None) -> str:
    """Line ends in the source of HTML are spaces, except where it is laid out already."""
    return (text or "") if tag == "pre" else (text or "").replace("\n", " ").replace("\r", " ")


def _hidden(link: Any, is_any: bool) -> str | None:
    """The target of a link that its words do not show, where it is a contact or any will do."""
    target = (link.get("href") or "").strip()
    is_wanted = _CONTACT.match(target) or (is_any and re.match(r"https?://\S{1,300}\Z", target, re.I))
    return target if is_wanted and target.rstrip("/") not in "".join(link.itertext()) else None


def _lines(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def images_in(markup: str) -> tuple[str, ...]:
    """Addresses of the pictures in HTML, as written, each once."""
    tree = parsed(markup) if "<img" in markup.lower() else None
    found = [] if tree is None else [image.get("src", "").strip() for image in tree.iter("img")]
    return tuple(dict.fromkeys(address for address in found if address))
