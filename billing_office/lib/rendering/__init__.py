"""Documents on paper: a template's name and its words in, a tagged PDF/UA-1 out.

    render("invoice", context, paper="letter") -> bytes

The same name, context, paper and logo give the same bytes, in any process: what is stored by its hash is stored once.
A context is a photograph: every amount, date and sentence in it is ready to be read, templates compute nothing. What
each document expects stands in context.py. Importing this costs half a second and 45 MB (WeasyPrint), the first render
of a process reads fonts and stylesheet; a page then takes about a tenth of a second.
"""

from .assets import Refused
from .context import MAX_LINES, TooLong, isolated, plain
from .renderer import DOCUMENTS, PAPERS, render

__all__ = ["DOCUMENTS", "MAX_LINES", "PAPERS", "Refused", "TooLong", "isolated", "plain", "render"]
