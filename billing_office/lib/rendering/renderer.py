"""The renderer: one per process, so that stylesheet, fonts and logo are read once.

What makes a page cheap, measured: cost follows the number of boxes, so labels and values are one text with tabs;
parsed stylesheets and fonts are shared; the sheet for few lines is added only when needed (a class on the page would be
tried on every cell); the image cache is per document (a shared one would keep every QR code for ever).
"""

import logging
import os
import threading
from functools import lru_cache

from django.conf import settings
from django.template import Context, Engine
from django.utils import translation
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

from . import fonts
from .assets import OwnAssets, Refused, qr
from .context import ready

DOCUMENTS = (
    "invoice", "statement", "reminder", "final-notice", "receipt", "credit-note", "plan-agreement", "estimate",
)  # fmt: skip
PAPERS = ("letter", "a4")

logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)  # else six lines for every document

# The few user-agent rules these templates need; WeasyPrint's own sheet has hundreds, tried on every element.
_PLAIN = """
@namespace "";
html,body,div,section,p,h1,h2,header,main,ul{display:block;unicode-bidi:isolate}
head,title,meta{display:none}
li{display:list-item}
table{display:table;box-sizing:border-box}
thead{display:table-header-group}tbody{display:table-row-group}
tr{display:table-row}td,th{display:table-cell}
col{display:table-column}colgroup{display:table-column-group}
br::before{content:"\\A";white-space:pre-line}
"""


def render(name: str, context: dict, paper: str = "letter", logo: bytes | None = None) -> bytes:
    """The document `name` (one of DOCUMENTS) as PDF.

    `context` as context.py describes; `logo` is SVG, PNG or JPEG, without it a neutral mark stands there.
    Raises TooLong for a runaway document, Refused when markup asks for a foreign resource, ValueError for a name or
    paper that does not exist.
    """
    if name not in DOCUMENTS or paper not in PAPERS:
        raise ValueError(f"There is no document {name!r} on paper {paper!r}.")
    words = ready(context, paper)
    with _lock:  # Pango's font map is not for two threads at once
        return _renderer().pdf(name, words, logo)


class Page(HTML):
    _plain = CSS(string=_PLAIN)

    def _ua_stylesheets(self, forms=False):
        """Private to WeasyPrint, which is pinned; a test that renders every document watches it."""
        return [self._plain]


class Renderer:
    def __init__(self):
        folder = settings.BASE_DIR / "templates" / "documents"
        self.engine = Engine(dirs=[folder], builtins=["django.templatetags.i18n"], autoescape=True)
        self.logo = (folder / "logo.svg").read_bytes()
        self.fonts = FontConfiguration()
        regular, semibold = fonts.ensure(settings.OFFICE_HOME / "fonts")
        assets = OwnAssets(regular=regular.read_bytes(), semibold=semibold.read_bytes())
        self.css, self.roomy = (
            CSS(string=(folder / sheet).read_text(), font_config=self.fonts, url_fetcher=assets)
            for sheet in ("document.css", "roomy.css")
        )
        self.images = lru_cache(maxsize=16)(self._images)

    def pdf(self, name: str, words: dict, logo: bytes | None) -> bytes:
        logo = logo or self.logo
        address = (words.get("slip") or {}).get("url")
        assets = OwnAssets(logo=logo, qr=qr(address)) if address else OwnAssets(logo=logo)
        try:
            page = Page(string=self.html(name, words), url_fetcher=assets)
            return page.write_pdf(
                stylesheets=[self.css, self.roomy] if words["roomy"] else [self.css],
                font_config=self.fonts,
                cache=dict(self.images(logo)),
                pdf_variant="pdf/ua-1",
                finisher=_finish,
            )
        except FatalURLFetchingError as error:
            raise Refused(f"The document {name} asks for what is not its own: {error}") from error

    def html(self, name: str, words: dict) -> str:
        """In the document's own language: a paper that is made again reads as it did."""
        with translation.override(words["lang"]):
            return self.engine.get_template(f"{name}.html").render(Context(words))

    def _images(self, logo: bytes) -> dict:
        """An image cache that knows this logo; each document gets a copy."""
        images = {}
        sheet = '<html lang="en"><title>-</title><img alt="-" src="asset:logo">'
        Page(string=sheet, url_fetcher=OwnAssets(logo=logo)).render(cache=images)
        return images


_lock = threading.Lock()
_renderers: dict[int, Renderer] = {}  # by process id


def _renderer() -> Renderer:
    """This process's own. One inherited by fork stays in the dict: dropping it would delete its parent's fonts."""
    process = os.getpid()
    if process not in _renderers:
        _renderers[process] = Renderer()
    return _renderers[process]


def _after_fork() -> None:
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()  # the parent may have held it in another thread


os.register_at_fork(after_in_child=_after_fork)


def _finish(document, pdf) -> None:
    """Two things WeasyPrint 70 leaves out: /Scope on header cells, and the print flag on links."""

    def parent(element):
        return pdf.objects[int(element["P"].split()[0])]

    for element in pdf.objects:
        if not isinstance(element, dict):
            continue
        if element.get("S") == "/TH":
            heads = parent(parent(element)).get("S") == "/THead"
            element["A"]["Scope"] = "/Column" if heads else "/Row"
        elif element.get("Subtype") == "/Link":
            element["F"] = 4
