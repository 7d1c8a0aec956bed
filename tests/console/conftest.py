"""One browser for all tests of the pages, a fresh console for each module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.console.world import World, console


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with console(tmp_path_factory.mktemp("console")) as running:
        yield running


class Watched:
    """A page, and everything that must not happen on one."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base
        self.dialogs: list[str] = []
        self.violations: list[str] = []
        self.foreign: list[str] = []
        self.errors: list[str] = []
        page.on("dialog", self._dialog)
        page.on("request", self._request)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._console)
        # Before any script of a page: whatever the policy blocks is told to us.
        page.expose_function("reportViolation", lambda what: self.violations.append(what))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', "
            "(e) => reportViolation(`${e.violatedDirective} ${e.blockedURI}`))"
        )

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:")):
            self.foreign.append(request.url)

    def _console(self, message: Any) -> None:
        if "Content Security Policy" in message.text or "Refused to" in message.text:
            self.violations.append(message.text)

    @property
    def harm(self) -> list[str]:
        return [*self.dialogs, *self.violations, *self.foreign, *self.errors]


@pytest.fixture
def visit(chromium: Browser, world: World) -> Iterator[Callable[..., Watched]]:
    """Open a browser of its own; signed in as a role where one is given."""
    contexts: list[BrowserContext] = []

    def opened(
        role: str | None = None, *, lang: str = "id", theme: str = "light", **options: Any
    ) -> Watched:
        context = chromium.new_context(
            base_url=world.base, viewport={"width": 1280, "height": 900}, **options
        )
        contexts.append(context)
        context.set_default_timeout(60_000)  # a busy machine is slow, not broken
        domain = {"domain": "127.0.0.1", "path": "/"}
        cookies: list[Any] = [{"name": "tppo-preferences", "value": f"lang={lang}&theme={theme}", **domain}]
        if role:
            cookies.append({"name": world.cookie, "value": world.token(role), "secure": True, **domain})
        context.add_cookies(cookies)
        return Watched(context.new_page(), world.base)

    yield opened
    for context in contexts:
        context.close()
