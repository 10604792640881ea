"""What goes out: messages by state, the print list, sending again; the outbox behind them; the local mail sink."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from accounts.models import Document, Message
from billing_office.audit import acts
from billing_office.lib import dates
from billing_office.lib.tables import Column, Empty, Table, chips, export, keyset
from billing_office.outbox import queue
from billing_office.outbox.models import Job
from billing_office.staff.models import User

from . import once_more, printing

STATES = {"": lazy("All"), "queued": lazy("Waiting"), "sent": lazy("Sent"), "failed": lazy("Did not go out")}

COLUMNS = [
    Column("document", lazy("Document"), value="document.number", kind="id"),
    Column("kind", lazy("Kind"), value="document.get_kind_display"),
    Column("account", lazy("Account"), value="addressed.name"),
    Column("channel", lazy("How"), value="get_channel_display"),
    Column("to", lazy("To")),
    Column("state", lazy("State"), value="told", kind="tag"),
    Column("at", lazy("When"), value=lambda m: m.sent_at or m.created_at, kind="moment"),
    Column("note", lazy("What is known"), value=lambda m: m.error or m.waits_for or m.why_print, wrap=True),
]


def message_list(request):
    state = request.GET.get("state", "")
    found = found_in(request.user, request.GET).select_related("account", "payer", "document")
    if file := export(request, Table(COLUMNS, found.order_by("-id")), "messages"):
        acts.record(request.user, "messages_exported", detail={"state": state})
        return file
    page = keyset(found, ("-id",), request.GET.get("after"), request.GET.get("before"))
    empty = Empty(
        _("No messages"),
        _("Nothing failed.") if state == "failed" else _("Invoices and reminders show here once they are queued."),
    )
    table = Table(COLUMNS, page.rows, caption=_("Messages"), href=_href, page=page, empty=empty)
    return render(request, "mailroom/messages.html", {"table": table, "chips": chips(request, "state", STATES.items())})


def found_in(user: User, given: QueryDict) -> QuerySet[Message]:
    """The messages that the list finds for this person under this address."""
    found = Message.objects.for_staff(user)
    match given.get("state"):
        case "queued":
            return found.waiting()
        case "sent":
            return found.sent()
        case "failed":
            return found.failed()
    return found


def _href(message: Message) -> str:
    return reverse("document_page", args=[message.document_id])


def document_page(request, pk):
    """A document and all its sendings; an invoice has a page of its own."""
    row = get_object_or_404(
        Document.objects.for_staff(request.user).select_related("account", "payer", "invoice"), pk=pk
    )
    if hasattr(row, "invoice"):
        return redirect("invoice", pk=row.invoice.pk)
    return render(request, "mailroom/document.html", {"document": row, "messages_of": row.messages.all()})


def document_state(request, pk):
    """Asked every two seconds by the page that waits for a PDF: it leads on once the bytes are there."""
    row = get_object_or_404(Document.objects.for_staff(request.user), pk=pk)
    response = HttpResponse(status=204)
    if row.blob_id:
        response["HX-Redirect"] = reverse("document", args=[row.pk])
    return response


@require_POST
def send_again(request, pk):
    """A person sends a document once more, by e-mail or on paper: a new message, copy n."""
    row = get_object_or_404(Document.objects.for_staff(request.user), pk=pk)
    again = once_more.send(row, on_paper=request.POST.get("by") == "print", by=request.user)
    if again is None:
        messages.info(
            request, _("%(document)s waits to go out already; nothing was queued twice.") % {"document": row.number}
        )
        return redirect("document_page", pk=row.pk)
    if again.channel == Message.Channel.EMAIL:
        said = _("%(document)s goes out again, by e-mail to %(address)s.") % {
            "document": row.number,
            "address": again.to,
        }
    else:
        told = {"document": row.number, "why": again.why_print.lower()}
        said = _("%(document)s goes out again, on the print list (%(why)s).") % told
    messages.success(request, said)
    return redirect("document_page", pk=row.pk)


def print_list(request):
    found = list(
        Message.objects.for_staff(request.user)
        .to_print()
        .select_related("account__guarantor", "payer", "document")
        .order_by("id")[:200]
    )
    columns = [
        Column("document", _("Document"), value="document.number", kind="id"),
        Column("account", _("Account"), value="addressed.name"),
        Column("to", _("To"), wrap=True),
        Column("why", _("Why on paper"), value="why_print"),
        Column("since", _("Since"), value="created_at", kind="moment"),
    ]
    if file := export(request, Table(columns, found), "print-list"):
        acts.record(request.user, "messages_exported", detail={"state": "print"})
        return file
    return render(request, "mailroom/print_list.html", {"found": found, "table": Table(columns, found)})


@require_POST
def print_message(request, pk):
    """A letter was printed and posted. The contact rules are asked again: a stop that came meanwhile holds it back."""
    row = get_object_or_404(Message.objects.for_staff(request.user), pk=pk)
    told = printing.mark_printed(row, by=request.user, now=dates.now())
    (messages.success if told.printed else messages.error)(request, told.words)
    return redirect("print_list")


def outbox(request):
    """What still must run: waiting, working, stopped; since when and why."""
    found = Job.objects.exclude(state=Job.State.DONE)
    page = keyset(found, ("-id",), request.GET.get("after"), request.GET.get("before"))
    return render(request, "mailroom/outbox.html", {"page": page, "jobs": page.rows, "held": queue.held()})


@require_POST
def outbox_retry(request, pk):
    job = get_object_or_404(Job, pk=pk)
    queue.retry(job)
    acts.record(request.user, "job_retried", job)
    messages.success(request, _("%(job)s goes round again.") % {"job": job})
    return redirect("outbox")


@require_POST
def outbox_release(request):
    """What was held, after a restore for example, may go on."""
    lifted = queue.release()
    if lifted:
        acts.record(request.user, "mail_released", detail={"holds": lifted})
        messages.success(request, _("Mail goes out again."))
    return redirect("outbox")


# -- the local mail sink: only where no real mail server is set ---------------------------------------------------------------


def mail_sink(request):
    """Mails that the local sink received, for messages to accounts that this person may know of."""
    files = sorted(_sink().glob("*.eml"), reverse=True)[:200]
    mails = [(path.name, message_from_bytes(path.read_bytes(), policy=default)) for path in files]
    mine = _allowed(request.user, [mail["Message-ID"] for name, mail in mails])
    shown = [
        {
            "name": name,
            "subject": mail["Subject"],
            "to": mail["To"],
            "at": datetime.fromtimestamp((_sink() / name).stat().st_mtime, UTC),
            "number": mine[mail["Message-ID"]],
        }
        for name, mail in mails
        if mail["Message-ID"] in mine
    ]
    return render(request, "mailroom/sink.html", {"mails": shown})


def mail_sink_mail(request, name):
    path = _sink() / Path(name).name
    if path.suffix != ".eml" or not path.is_file():
        raise Http404(_("No such mail."))
    mail = message_from_bytes(path.read_bytes(), policy=default)
    if mail["Message-ID"] not in _allowed(request.user, [mail["Message-ID"]]):
        raise Http404(_("No such mail."))
    sent = Message.objects.select_related("document").get(message_id=mail["Message-ID"])
    context = {"mail": mail, "body": mail.get_body(("plain",)).get_content(), "document": sent.document, "name": name}
    context["heads"] = [(head, mail[head]) for head in ("From", "To", "Reply-To", "Subject", "Date", "Message-ID")]
    return render(request, "mailroom/sink_mail.html", context)


def _sink() -> Path:
    if not settings.MAIL_SINK:
        raise Http404(_("A real mail server is in use."))
    return Path(settings.MAIL_SINK)


def _allowed(user, ids: list[str]) -> dict[str, str]:
    """Document numbers by Message-ID, of those messages that the user may know of."""
    mine = Message.objects.for_staff(user).filter(message_id__in=ids)
    return dict(mine.values_list("message_id", "document__number"))
