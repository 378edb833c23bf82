"""What the eye sees at once in a browser, and a test has to ask for."""

from playwright.sync_api import Error, Page

_TRIES = 3


def is_cut(page: Page) -> bool:
    """Tell whether the page is wider than its window, once its styles are there."""
    for _ in range(_TRIES - 1):
        try:
            return _is_cut(page)
        except Error as gone:  # a tap is still leading on to the next page
            if "context was destroyed" not in gone.message:
                raise
    return _is_cut(page)


def _is_cut(page: Page) -> bool:
    page.wait_for_load_state()
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
