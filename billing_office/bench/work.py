"""Work that writes: postings by many clients at once, the morning's reminders, documents."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

from django.conf import settings
from django.db import connections
from django.template import Context, Engine
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from accounts.models import Account, OpenItem, Payer
from accounts.posting import post_payment
from billing_office.lib import dates
from billing_office.lib.rendering import assets, context, fonts, renderer
from dunning import notices
from invoices import documents, issuing

from . import screens
from .clock import Row, compared, in_database, once
from .office import Built

CLIENTS, SECONDS, WARM = 16, 3.0, 3
EMPTY = '<html lang="en"><title>-</title><p>-'


def measure(office: Built, seconds: float = SECONDS) -> Iterator[Row]:
    yield from _postings(office, seconds)
    yield from _sweep(office)
    yield from _documents(office)


# -- postings ---------------------------------------------------------------------------------------------------------------


def _postings(office: Built, seconds: float) -> Iterator[Row]:
    """Payments of 1.00, each a form with its act, on accounts of their own and then all on one row."""
    apart = [office.first + n for n in range(CLIENTS)]
    one, many = rate(office, _of_client, apart[:1], seconds), rate(office, _of_client, apart, seconds)
    cores = multiprocessing.cpu_count()
    yield _rate("16 clients, an account each", many, f"one client × {min(cores, CLIENTS)} cores", one * cores)
    same = "16 clients, an account each"
    yield _rate("16 clients, one account", rate(office, _of_client, apart[:1] * CLIENTS, seconds), same, many)
    payers = list(Payer.objects.order_by("pk").values_list("pk", flat=True))
    yield _rate("16 clients, one payer", rate(office, _of_payer, payers[:1] * CLIENTS, seconds), same, many)
    spread = [payers[n % len(payers)] for n in range(CLIENTS)]
    yield _rate("16 clients, eight payers", rate(office, _of_payer, spread, seconds), same, many)


def _rate(what: str, value: float, floor_what: str, floor: float) -> Row:
    return Row("posting", what, round(value), round(value), "per second", floor_what, round(floor))


def rate(office: Built, post: Callable, targets: list[int], seconds: float) -> float:
    """Postings a second by one process for each target, all at once, each with a connection that is no longer new."""
    fork = multiprocessing.get_context("fork")
    connections.close_all()
    done, start = fork.Queue(), fork.Barrier(len(targets))
    workers = [fork.Process(target=_client, args=(post, pk, office.by, seconds, start, done)) for pk in targets]
    for worker in workers:
        worker.start()
    counts = [done.get(timeout=seconds + 120) for _ in workers]
    for worker in workers:
        worker.join()
    return sum(counts) / seconds


def _client(post: Callable, pk: int, by, seconds: float, start, done):
    count = 0
    try:
        for _ in range(WARM):
            post(pk, by)
        start.wait(60)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            post(pk, by)
            count += 1
    finally:
        done.put(count)
        connections.close_all()


FACTS = {"cents": 100, "method": "cheque", "reference": "bench"}


def _of_client(pk: int, by):
    post_payment(Account.objects.get(pk=pk), None, {}, received_on=dates.today(), form=uuid4(), by=by, **FACTS)


def _of_payer(pk: int, by):
    payer = Payer.objects.select_related("house_account").get(pk=pk)
    post_payment(payer.house_account, payer, {}, received_on=dates.today(), form=uuid4(), by=by, **FACTS)


# -- the morning ----------------------------------------------------------------------------------------------------------------


def _sweep(office: Built) -> Iterator[Row]:
    today, now = dates.today(), dates.now()
    counts = {}

    def due():
        counts.update(notices.remind(today, now))

    taken = once(due) * 1000
    looked = max(1, sum(counts.values()))
    yield Row("reminders", f"the morning, {looked} to look at", round(taken), round(taken))
    yield Row("reminders", "each of them", round(taken / looked, 2), round(taken / looked, 2))
    again = lambda: notices.remind(today, now)  # noqa: E731
    yield in_database("reminders", "the morning again, nothing due", again, screens.FLOOR, screens.floor(office))


# -- documents --------------------------------------------------------------------------------------------------------------------


def _documents(office: Built) -> Iterator[Row]:
    item = OpenItem.objects.filter(payer=None, cents__gt=0, invoice_lines=None).order_by("pk").first()
    account = item.account
    lines, today = issuing.ready(account), dates.today()
    words = documents.invoice(account, account.office, "B1-INV-1", lines, on=today, due_on=today)
    yield compared(
        "document", "invoice, tagged", lambda: renderer.render("invoice", words), "an empty page", _empty_page, 7
    )
    yield compared("document", "invoice, tagged, beside plain WeasyPrint", lambda: renderer.render("invoice", words),
                   "the same by plain WeasyPrint", lambda: _plainly(words), 7)  # fmt: skip


def _empty_page():
    HTML(string=EMPTY).write_pdf()


def _plainly(words: dict):
    """The same words by WeasyPrint as its manual shows it: sheet, fonts and images read anew each time."""
    ready = context.ready(words, "letter")
    regular, semibold = fonts.ensure(settings.OFFICE_HOME / "fonts")
    folder = settings.BASE_DIR / "templates" / "documents"
    own = assets.OwnAssets(
        regular=regular.read_bytes(), semibold=semibold.read_bytes(), logo=(folder / "logo.svg").read_bytes()
    )
    kept = FontConfiguration()
    sheet = CSS(string=(folder / "document.css").read_text(), font_config=kept, url_fetcher=own)
    page = (
        Engine(dirs=[folder], builtins=["django.templatetags.i18n"], autoescape=True)
        .get_template("invoice.html")
        .render(Context(ready))
    )
    HTML(string=page, url_fetcher=own).write_pdf(stylesheets=[sheet], font_config=kept)
