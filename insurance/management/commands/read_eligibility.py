"""manage.py read_eligibility: what payers answered about whom (271)."""

import json
from decimal import Decimal

from django.core.management.base import BaseCommand

from billing_office.lib import money
from insurance import files
from insurance.edi import words, x271
from insurance.edi.benefits import Benefit, Rejection
from insurance.edi.parties import Party
from insurance.edi.values import Days
from insurance.edi.x271 import Response

STATE = {True: "ACTIVE", False: "INACTIVE", None: "NOT SAID WHETHER ACTIVE"}


class Command(BaseCommand):
    help = "Read the eligibility answers (271) of an X12 file. Ends with 2 when it is no X12."
    requires_system_checks = ()

    def add_arguments(self, parser):
        files.add_arguments(parser)

    def handle(self, *, file, **options):
        found = x271.read(files.read(file))
        if options["json"]:
            told = {"responses": [as_json(each) for each in found.responses]}
            self.stdout.write(json.dumps(told | {"findings": files.as_json(found.findings)}, indent=1))
        if not found.is_x12:
            files.refuse(file)
        if not options["json"]:
            lines = [line for each in found.responses for line in as_text(each)]
            self.stdout.write(files.safe_lines([*lines, *files.as_text(found.findings)]))


def as_json(response: Response) -> dict:
    """What the file does not say is null. Codes are as given, `in_network` and `authorization` too: Y, N, U, W or null."""
    payer, subject = response.payer or Party(""), response.subject or Party("")
    return {
        "payer": {"name": payer.name or None, "id": payer.id or None},
        "subject": {
            "last": subject.last or None,
            "first": subject.first or None,
            "member_id": subject.id or None,
            "birth_date": subject.birth_date.isoformat() if subject.birth_date else None,
            "relationship": subject.relationship or None,
        },
        "active": response.active,
        "rejections": [_rejection(each) for each in response.all_rejections],
        "benefits": [_benefit(each) for each in response.benefits],
    }


def _rejection(rejection: Rejection) -> dict:
    return {"code": rejection.code or None, "follow_up": rejection.follow_up or None, "where": rejection.where}


def _benefit(benefit: Benefit) -> dict:
    return {
        "code": benefit.code or None,
        "level": benefit.level or None,
        "service_types": list(benefit.service_types),
        "insurance_type": benefit.insurance_type or None,
        "plan": benefit.plan or None,
        "period": benefit.period or None,
        "amount": None if benefit.cents is None else money.plain(benefit.cents),
        "percent": benefit.percent or None,
        "quantity_qualifier": benefit.quantity_qualifier or None,
        "quantity": benefit.quantity or None,
        "authorization": benefit.authorization or None,
        "in_network": benefit.in_network or None,
        "messages": list(benefit.messages),
    }


def as_text(response: Response) -> list[str]:
    payer, subject = response.payer, response.subject
    lines = [f"{subject.name or '(no name)' if subject else '(about nobody)'}: {STATE[response.active]}"]
    if subject:
        known = [
            f"member {subject.id}" if subject.id else "",
            f"born {subject.birth_date}" if subject.birth_date else "",
            words.RELATIONSHIP.get(subject.relationship, subject.relationship),
        ]
        lines.append("  " + ", ".join(filter(None, [*known, *map(_days, response.days)])))
    if payer:
        lines.append(f"  Payer: {payer.name} {payer.id}".rstrip())
    lines += [f"  REFUSED at {each.where}: {_why(each)}" for each in response.rejections]
    for benefit in response.benefits:
        lines += _benefit_lines(benefit)
    return [*(line for line in lines if line.strip()), ""]


def _why(rejection: Rejection) -> str:
    return f"{words.rejection(rejection.code)} {words.FOLLOW_UP.get(rejection.follow_up, '')}".rstrip()


def _benefit_lines(benefit: Benefit) -> list[str]:
    told = [
        words.INFORMATION.get(benefit.code, f"Code {benefit.code}"),
        words.LEVEL.get(benefit.level, benefit.level),
        "" if benefit.cents is None else money.show(benefit.cents),
        _percent(benefit.percent),
        f"{benefit.quantity} {words.QUANTITY.get(benefit.quantity_qualifier, benefit.quantity_qualifier)}".strip(),
        words.PERIOD.get(benefit.period, benefit.period),
        {"Y": "in network", "N": "out of network", "W": "in or out of network"}.get(benefit.in_network, ""),
        {"Y": "AUTHORIZATION REQUIRED", "N": "no authorization required"}.get(benefit.authorization, ""),
        benefit.plan,
        f"code {benefit.procedure.code}" if benefit.procedure else "",
        *map(_days, benefit.days),
    ]
    lines = ["  " + ", ".join(filter(None, told))]
    if benefit.service_types:
        lines.append(
            "    for " + ", ".join(words.SERVICE.get(each, f"service {each}") for each in benefit.service_types)
        )
    lines += [f"    {text}" for text in benefit.messages]
    lines += [f"    {_entity(each)}" for each in benefit.entities]
    lines += [f"    REFUSED: {_why(each)}" for each in benefit.rejections]
    return lines


def _percent(share: str) -> str:
    return f"{(Decimal(share) * 100).normalize():f}%" if share else ""


def _entity(party: Party) -> str:
    numbers = [value for contact in party.contacts for _, value in contact.numbers]
    return ", ".join(filter(None, [party.name, party.id, *numbers]))


def _days(days: Days) -> str:
    span = f"{days.first}" + (f" to {days.last}" if days.last else "")
    return f"{words.DAYS.get(days.qualifier, days.qualifier)} {span}"
