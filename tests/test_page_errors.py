"""What people see when the server can't answer: why, what to do, and what to name when they tell somebody of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, Page, Response

from tests.browser_support import violations
from tests.web_support import HEADLINE, application, filled, served

pytestmark = pytest.mark.browser

_WIDTHS = (320, 1280)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, str]]:
    """By status the site that answers with it: one that broke, one whose store is damaged, one that allows little."""
    broken = application(filled(tmp_path_factory.mktemp("broken")))
    broken.testing = False

    def breaks() -> NoReturn:
        raise ZeroDivisionError(HEADLINE)

    broken.add_url_rule("/breaks", view_func=breaks)
    damaged = filled(tmp_path_factory.mktemp("damaged"))
    unreadable = application(damaged)
    for path in damaged.data_dir.glob("*sqlite*"):
        path.write_bytes(b"no database at all" * 1000)
    busy = application(filled(tmp_path_factory.mktemp("busy"), rate_limit="2/hour"))
    with served(broken) as first, served(unreadable) as second, served(busy) as third:
        yield {500: f"{first}/breaks", 503: f"{second}/browse", 429: f"{third}/browse"}


def opened(page: Page, url: str, status: int) -> Response:
    """The page at that address, asked for until it answers so."""
    for _ in range(4):
        response = page.goto(url)
        assert response is not None
        if response.status == status:
            return response
    raise AssertionError(f"{url} never answered {status}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("status", [500, 503, 429])
def test_says_what_to_do_and_can_be_read_by_everybody(
    browser: Browser, sites: dict[int, str], status: int, scheme: str, tmp_path: Path
) -> None:
    with browser.new_context(color_scheme="dark" if scheme == "dark" else "light") as context:
        page = context.new_page()
        for width in _WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            response = opened(page, sites[status], status)
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            said = page.inner_text("main")
            assert "DetachedInstanceError" not in said
            assert str(tmp_path.parent) not in said
            if status == 500:
                assert response.headers["x-request-id"] in said
            else:
                assert "retry-after" in response.headers
                assert "again" in said
            page.screenshot(path=tmp_path / f"{status}-{scheme}-{width}.png", full_page=True)
