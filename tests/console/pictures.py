"""Pictures of the console: the three of the README, or every page in every appearance, to be looked at.

    python -m tests.console.pictures                 # docs/console-*.png
    python -m tests.console.pictures --all FOLDER    # desktop, 320 px, 200% text, dark, both languages
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.console.lived import NOW, lived_in
from tests.console.world import PASSWORD, World

DOCS = Path(__file__).parents[2] / "docs"
#: Appearance -> width and height of the window, language, theme, size of text.
APPEARANCES = {
    "desktop": (1200, 800, "id", "light", 100),
    "dark": (1200, 800, "id", "dark", 100),
    "english": (1200, 800, "en", "light", 100),
    "narrow": (320, 700, "id", "light", 100),
    "large": (1280, 800, "id", "light", 200),
}


def pages(world: World) -> dict[str, str]:
    """Name -> address of every page and state that is worth a look."""
    watch = world.watch
    waiting = watch.alerts()
    plea = next(record.id for record in waiting if record.lane == "assistance")
    case = next(record.id for record in waiting if record.lane == "high")
    medium = next(record.id for record in waiting if record.lane == "medium")
    campaign = watch.campaign_desk.listed()[0].first
    return {
        "queue": "/queue",
        "cases": "/queue?view=cases",
        "disputed": "/queue?view=disputed",
        "empty": "/queue?view=mine",
        "plea": f"/posts/{plea}",
        "case": f"/posts/{case}",
        "medium": f"/posts/{medium}",
        "campaigns": "/campaigns",
        "campaign": f"/campaigns/c{campaign}",
        "suggestions": "/campaigns/suggestions",
        "signals": "/signals",
        "signal": "/signals/1",
        "terms": "/terms",
        "sources": "/sources",
        "statistics": "/statistics",
        "bulletin": "/bulletin",
        "deliveries": "/deliveries",
        "audit": "/audit",
        "users": "/users",
        "settings": "/settings",
        "missing": "/posts/99999",
    }


@contextmanager
def reading(
    browser: Browser, world: World, appearance: str, *, who: str | None = "Ratna Dewi"
) -> Iterator[Page]:
    """A window in one appearance, signed in as somebody unless `who` is None."""
    width, height, lang, theme, size = APPEARANCES[appearance]
    context = browser.new_context(
        base_url=world.base, viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    here = {"domain": "127.0.0.1", "path": "/"}
    preferences = f"lang={lang}&theme={theme}&zone=WITA"
    cookies = [{"name": "tppo-preferences", "value": preferences, **here}]
    if who is not None:
        token = world.watch.accounts.sign_in(who, PASSWORD, client="gambar", now=NOW).token
        cookies.append({"name": world.cookie, "value": token, "secure": True, **here})
    context.add_cookies(cookies)
    if size != 100:
        context.add_init_script(
            "addEventListener('DOMContentLoaded', () => "
            f"document.documentElement.style.setProperty('font-size', '{size}%'))"
        )
    yield context.new_page()
    context.close()


def look(browser: Browser, world: World, folder: Path) -> None:
    """A picture of every page in every appearance."""
    for appearance in APPEARANCES:
        with reading(browser, world, appearance) as page:
            for name, path in pages(world).items():
                page.goto(path)
                page.screenshot(path=folder / f"{name}-{appearance}.png", full_page=True)
        with reading(browser, world, appearance, who=None) as page:
            page.goto("/sign-in")
            page.screenshot(path=folder / f"door-{appearance}.png", full_page=True)


def document(browser: Browser, world: World) -> None:
    """The three pictures of the README, as small files."""
    case = pages(world)["case"]
    with reading(browser, world, "desktop") as page:
        page.goto("/queue")
        _save(page, DOCS / "console-queue.png")
        page.goto(case)
        _save(page, DOCS / "console-post.png")
    with reading(browser, world, "dark") as page:
        page.goto(case)
        page.keyboard.press("b")
        _save(page, DOCS / "console-dark.png")


def _save(page: Page, path: Path) -> None:
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    # 160 colours, without dithering: a third of the bytes, and nobody sees it.
    image.quantize(160, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every page in every appearance, to here")
    folder = parser.parse_args().all
    with tempfile.TemporaryDirectory() as office, lived_in(Path(office)) as world, sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        if folder is None:
            document(browser, world)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            look(browser, world, folder)
        browser.close()


if __name__ == "__main__":
    main()
