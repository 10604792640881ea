"""Sending one message in three steps: claim it under the addressee's lock, SMTP without any lock, write the result, fenced.

A crash between the server's yes and our commit must either send twice or risk silence; we send again with the same
Message-ID, so that a mail host sees one message.
"""

import logging
import smtplib
from datetime import datetime, timedelta
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import ledger
from accounts.models import ContactPoint, Message, Payer
from billing_office.audit import acts
from billing_office.outbox import queue
from billing_office.outbox.queue import Claim
from billing_office.staff.models import User
from dunning import facts, rules
from dunning.models import ContactEvent

log = logging.getLogger(__name__)


def send(claim: Claim):
    message = _claimed(claim)
    if message is None:
        return
    try:
        _mail(message).send()
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        _not_sent(claim, message, code, text, address_is_bad=True)
    except smtplib.SMTPResponseException as error:
        _not_sent(claim, message, error.smtp_code, error.smtp_error, address_is_bad=False)
    except (smtplib.SMTPException, OSError) as error:
        _not_sent(
            claim,
            message,
            421,
            _("The mail server did not answer (%(error)s).") % {"error": type(error).__name__},
            address_is_bad=False,
        )
    else:
        _sent(claim, message)


# -- first step ---------------------------------------------------------------------------------------------------------


def _claimed(claim: Claim) -> Message | None:
    """The message, ready to leave and logged as being sent; None when it must not leave now (and why is written)."""
    messages = Message.objects.select_related(
        "document__blob", "document__office", "account__office", "payer__house_account"
    )
    with ledger.locked([messages.get(pk=claim.object_id).lock]):
        queue.renew(claim)
        message = messages.get(pk=claim.object_id)
        if message.state != Message.State.QUEUED:
            queue.done(claim)
            return None
        if claim.as_of and not settings.MAIL_SINK:
            _give_up(claim, message, _("A day run by hand sends to the local mail sink alone."))
            return None
        verdict, read = verdict_of(message, claim.now)
        if not verdict.allow:
            _refused(claim, message, verdict)
            return None
        log_contact(message, ContactEvent.Stage.SENDING, claim.now, verdict, read)
    return message


def verdict_of(message: Message, now: datetime) -> tuple[rules.Verdict, rules.Facts]:
    """What the contact rules say of this message at `now`, with the facts they saw. Call under its `lock`."""
    read = facts.of_message(message, now.date())
    return rules.may(rules.Action(message.action), read, now, facts.policy(now.date())), read


def _refused(claim: Claim, message: Message, verdict: rules.Verdict):
    if verdict.earliest is None:
        _give_up(claim, message, verdict.words)
        return
    Message.objects.filter(pk=message.pk).update(waits_for=verdict.reasons[0].rule.sentence[:200])
    queue.later(claim, verdict.earliest, verdict.words, counts=False)


def _give_up(claim: Claim, message: Message, why: str):
    Message.objects.filter(pk=message.pk).update(state=Message.State.FAILED, error=why[:400], waits_for="")
    acts.record(User.objects.service(), "message_refused", message, reason=why[:400])
    queue.done(claim)


def log_contact(message: Message, stage: str, moment: datetime, verdict=None, read=None, note="", by=None):
    ContactEvent.objects.create(
        account_id=message.account_id,
        payer_id=message.payer_id,
        message=message,
        action=message.action,
        channel=message.channel,
        stage=stage,
        to=message.to,
        moment=moment,
        zone=", ".join(read.zones)[:200] if read else "",
        zone_basis=read.zone_basis if read else "",
        rules=list(verdict.asked) if verdict else [],
        by=by or User.objects.service(),
        note=note[:400],
    )


# -- second step ----------------------------------------------------------------------------------------------------------


def _mail(message: Message) -> EmailMessage:
    """No health detail in subject or body; what was done stands in the PDF alone."""
    document, office = message.document, message.document.sender
    words = {"message": message, "document": document, "office": office, "ask": document.context.get("ask") or {}}
    template = f"emails/{document.kind}"
    mail = EmailMessage(
        subject=" ".join(render_to_string(f"{template}-subject.txt", words).split()),
        body=render_to_string(f"{template}-body.txt", words),
        from_email=formataddr((" ".join(office.name.split()), settings.DEFAULT_FROM_EMAIL)),
        to=[message.to],
        reply_to=[office.email] if office.email else None,
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
    )
    mail.attach(document.file_name, bytes(document.blob.content), "application/pdf")
    return mail


# -- third step -----------------------------------------------------------------------------------------------------------


def _sent(claim: Claim, message: Message):
    with transaction.atomic():
        queue.done(claim)
        Message.objects.filter(pk=message.pk).update(
            state=Message.State.SENT, sent_at=claim.now, error="", waits_for=""
        )
        log_contact(message, ContactEvent.Stage.SENT, claim.now)


def _not_sent(claim: Claim, message: Message, code: int, text, *, address_is_bad: bool):
    words = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    why = f"{code} {words}"[:400]
    with transaction.atomic():
        if 500 <= code < 600 or claim.attempts > len(settings.MAIL_PAUSES):
            queue.done(claim)
            Message.objects.filter(pk=message.pk).update(state=Message.State.FAILED, error=why, waits_for="")
            log_contact(message, ContactEvent.Stage.FAILED, claim.now, note=why)
            if address_is_bad and 500 <= code < 600:
                _mark_bad(message, why, claim.now)
        else:
            at = timezone.now() + timedelta(seconds=settings.MAIL_PAUSES[claim.attempts - 1])
            Message.objects.filter(pk=message.pk).update(
                waits_for=(_("The mail server said: %(why)s") % {"why": why})[:200]
            )
            queue.later(claim, at, why)


def _mark_bad(message: Message, why: str, now: datetime):
    if message.payer_id:
        _mark_payer_bad(message, why, now)
    points = ContactPoint.objects.emails().good().filter(client__account=message.account_id, value__iexact=message.to)
    for point in points:
        ContactPoint.objects.filter(pk=point.pk).update(
            bad_since=now.date(),
            bad_reason=(_("Refused: %(why)s") % {"why": why})[:120],
            lock_version=point.lock_version + 1,
        )
        acts.record(
            User.objects.service(),
            "contact_point_marked_bad",
            point,
            account_id=message.account_id,
            changed=["bad_since"],
        )


def _mark_payer_bad(message: Message, why: str, now: datetime):
    same = Payer.objects.filter(pk=message.payer_id, email__iexact=message.to, email_bad_since=None)
    if same.update(email_bad_since=now.date(), lock_version=F("lock_version") + 1):
        acts.record(
            User.objects.service(), "payer_email_marked_bad", message.payer, changed=["email_bad_since"], reason=why
        )
