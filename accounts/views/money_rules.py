"""Rules about money as data: small balances, late fees, interest, prompt payment, returned checks, clocks of credits."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop

from accounts.forms.money_rules import MoneyRuleForm
from accounts.models import MoneyRule
from billing_office.audit.acts import record
from billing_office.lib.money import show
from billing_office.lib.tables import Column
from billing_office.lib.views import Records


def _edited(user, rule: MoneyRule, changed: list[str], created: bool):
    record(user, "rule_added" if created else "rule_edited", rule, changed=changed)


def _own_offices(form, user):
    form.fields["office"].queryset = user.offices.order_by("name")


def _limit(name: str):
    def said(rule: MoneyRule) -> str:
        cents = getattr(rule, name)
        if rule.kind not in MoneyRule.RUNS:
            return "–"
        return _("no limit") if cents is None else show(cents) if cents else _("asks")

    return said


LIST = [
    Column("kind", lazy("Rule"), value="get_kind_display"),
    Column("office", lazy("Office"), value=lambda rule: str(rule.office) if rule.office else _("All offices")),
    Column("words", lazy("What it says"), wrap=True),
    Column("since", lazy("From"), kind="day"),
    Column("until", lazy("Through"), kind="day", lo=True),
    Column("source", lazy("Source"), link=lambda rule: rule.source_url or None, lo=True, wrap=True),
    Column(
        "state", lazy("State"), value=lambda rule: (_("In use"), "good") if rule.active else (_("Off"), ""), kind="tag"
    ),
]

RULES = Records(
    model=MoneyRule,
    noun=noop("rule"),
    plural=noop("rules"),
    form=MoneyRuleForm,
    queryset=lambda user: MoneyRule.objects.for_staff(user).select_related("office"),
    on_save=_edited,
    narrow=_own_offices,
    edit="edit_rules",
    order=("kind", "id"),
    columns=LIST,
    facts=[
        *LIST[:5],
        Column("biller", lazy("Biller alone, one run"), value=_limit("biller_cents")),
        Column("supervisor", lazy("Supervisor alone, one run"), value=_limit("supervisor_cents")),
        LIST[5],
        Column("counsel", lazy("To be confirmed with counsel"), wrap=True),
        LIST[6],
    ],
)
