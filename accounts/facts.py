"""What an office keeps of each account in fields of its own: written, found, printed."""

from django.db import transaction
from django.db.models import QuerySet

from billing_office.audit.acts import record
from billing_office.staff.models import Office, OfficeField

from .models import Account, AccountFact


def fields_of(office: Office) -> QuerySet[OfficeField]:
    return office.fields.filter(retired=False)


def of_account(account: Account) -> list[tuple[OfficeField, str]]:
    """Every field in use with what the account says in it, and what is said in fields that were retired since. Two queries."""
    said = {fact.field_id: fact for fact in account.facts.select_related("field")}
    fields = list(fields_of(account.office))
    retired = [fact.field for fact in said.values() if fact.field.retired]
    return [(field, said[field.pk].value if field.pk in said else "") for field in [*fields, *retired]]


def write(account: Account, values: dict[int, str], *, by, detail: dict | None = None) -> list[str]:
    """Set what the account says by field; an empty value takes it away. Returns the labels of what changed."""
    with transaction.atomic():
        fields = {field.pk: field for field in fields_of(account.office)}
        said = dict(account.facts.values_list("field", "value"))
        changed = [pk for pk, value in values.items() if pk in fields and said.get(pk, "") != value]
        account.facts.filter(field__in=[pk for pk in changed if not values[pk]]).delete()
        for pk in changed:
            if values[pk]:
                AccountFact.objects.update_or_create(account=account, field=fields[pk], defaults={"value": values[pk]})
        labels = [fields[pk].label for pk in changed]
        if labels:
            record(by, "facts_edited", account, account_id=account.pk, changed=labels, detail=detail or {})
        return labels


def printed(account: Account) -> list[list[str]]:
    """What stands at the head of the account's papers: [label, value]. One query."""
    facts = account.facts.filter(field__printed=True, field__retired=False).select_related("field")
    return [[fact.field.label, fact.value] for fact in facts[: OfficeField.PRINTED]]


def by_value(text: str) -> QuerySet | None:
    """Ids of accounts that say exactly this in one of their fields, whatever its letters' case; None where it is too short."""
    text = " ".join(text.split())
    if len(text) < 3:
        return None
    return AccountFact.objects.filter(value__iexact=text).order_by().values("account")
