"""QR codes as drawings to stand in a page: dark on light in every theme, or no camera reads them."""

import segno
from markupsafe import Markup


def drawn(text: str, title: str) -> Markup:
    """Return a code as SVG with a name for who cannot see it; the page shows the same as text beside it."""
    code = segno.make(text, error="m", micro=False)
    drawing = code.svg_inline(border=4, dark="#000", light="#fff", title=title, omitsize=True, svgclass="qr")
    return Markup(drawing)  # noqa: S704 - segno escapes the title
