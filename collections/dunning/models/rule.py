from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ComplianceRuleQuerySet(models.QuerySet):
    def in_force(self, on: date):
        return self.filter(Q(effective_to=None) | Q(effective_to__gte=on), active=True, effective_from__lte=on)


class ComplianceRule(models.Model):
    """One rule of contact as dated data, with its source. Never edited: a change is a new version (reference/rules)."""

    class Severity(models.TextChoices):
        BLOCK = "block", _("Nobody may override")
        WARN = "warn", _("A supervisor may override")

    rule_id = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField(default=1)
    active = models.BooleanField(default=True)
    severity = models.CharField(max_length=5, choices=Severity.choices, default=Severity.BLOCK)
    sentence = models.CharField(max_length=200, help_text=_("What it forbids, in words."))
    way_round = models.CharField(max_length=200, help_text=_("What the clerk can do next."))
    scope = models.CharField(max_length=60)
    params = models.JSONField(default=dict, blank=True)
    citation = models.CharField(max_length=200)
    source_url = models.URLField(blank=True)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=80, blank=True)
    confirmed_on = models.DateField(null=True, blank=True)

    objects = ComplianceRuleQuerySet.as_manager()

    class Meta:
        ordering = ["rule_id", "version"]
        constraints = [models.UniqueConstraint(fields=["rule_id", "version"], name="rule_version_once")]

    def __str__(self):
        return f"{self.rule_id} v{self.version}"
