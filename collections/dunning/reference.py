"""The first ladder and the first contact rules, loaded after each migrate where none stand; offices change the ladder as data.

Values and sources: the contact rules are those of 12 CFR part 1006 (Regulation F), which binds third-party collectors; the
office keeps them as its own house policy. All of it is to be confirmed by counsel before use.
"""

from datetime import date

from django.apps import apps

LADDER = [  # level, name, days after due, lead, paragraph
    (1, "Courtesy", 0, "{amount} is due on {due}. This is to help you remember.", "If you have already paid, thank you. Please ignore this letter."),
    (2, "Friendly", 7, "{amount} was due on {due}. We have not seen it yet.", "If you have already paid, thank you. If you cannot pay the full amount, call us. We can look at it together."),
    (3, "Urgent", 21, "{amount} has been due since {due}.", "Please pay now, or call us so that we can find a way together. Tell us, too, if you think something is wrong."),
    (4, "Final", 45, "{amount} has been due since {due}. This is the last reminder before a person at our office looks at your account.", "Please pay or call us by the day named above. We would rather find a way with you than without you."),
]  # fmt: skip

# To payers that an office bills by invoice, the same for each class until the office changes it: name, days, always a letter, lead, paragraph.
PAYER_LADDER = [
    (1, "First", 7, False, "{amount} was due on {due}. We have not seen it yet.", "If it is on its way, thank you. If an invoice is missing or in question, tell us which."),
    (2, "Second", 21, False, "{amount} has been due since {due}.", "Please pay now, or tell us by the day named above what holds it up."),
    (3, "Final", 45, True, "{amount} has been due since {due}. This is the last reminder before our supervisor takes it up with you.", "Please pay or call us by the day named above."),
]  # fmt: skip

REG_F = "https://www.ecfr.gov/current/title-12/chapter-X/part-1006"
RULES = [  # id, sentence, way round, scope, params, citation, source
    ("ADDRESS", "There is no working address for it.", "Correct the contact point, then send again.", "house policy", {}, "12 CFR 1006.6(d)(3)-(4); to be confirmed by counsel", REG_F),
    ("EMAIL-CONSENT", "The client has not consented to e-mail.", "Ask for consent, or print the document.", "house policy", {}, "45 CFR 164.522(b); to be confirmed by counsel", "https://www.ecfr.gov/current/title-45/part-164"),
    ("OPT-OUT", "The client opted out of this address.", "Use another address, or print the document.", "agency law, house policy", {}, "12 CFR 1006.6(e); to be confirmed by counsel", REG_F),
    ("DECEASED", "The client has died.", "Find who acts for the estate.", "agency law, house policy", {}, "12 CFR 1006.6(a)", REG_F),
    ("ATTORNEY", "An attorney represents the client.", "Write to the attorney.", "agency law, house policy", {}, "12 CFR 1006.6(b)(2)", REG_F),
    ("BANKRUPTCY", "The client filed for bankruptcy.", "Ask a supervisor; file a claim with the court.", "law", {}, "11 U.S.C. 362 (automatic stay); to be confirmed by counsel", ""),
    ("CEASE", "The client asked us to stop contact.", "Ask a supervisor.", "agency law, house policy", {}, "12 CFR 1006.6(c); to be confirmed by counsel", REG_F),
    ("PAUSE", "The account is on hold.", "Wait for the end of the hold, or lift it.", "house policy", {}, "house policy", ""),
    ("HOURS", "It is outside the hours at the client’s place.", "It waits for them; if the place is not known, enter an address.", "agency law, house policy", {"from": "08:00", "until": "21:00"}, "12 CFR 1006.6(b)(1)", REG_F),
    ("CALL-7IN7", "We called seven times in seven days.", "Wait for the first call to be a week old, or write.", "agency law, house policy", {"calls": 7, "days": 7}, "12 CFR 1006.14(b)(2)(i)(A)", REG_F),
    ("CALL-AFTER-TALK", "We talked about it within the last seven days.", "Wait a week from the conversation, or write.", "agency law, house policy", {"days": 7}, "12 CFR 1006.14(b)(2)(i)(B)", REG_F),
]  # fmt: skip


def load(**_):
    level, rule = apps.get_model("dunning", "ReminderLevel"), apps.get_model("dunning", "ComplianceRule")
    if not level.objects.filter(audience=level.CLIENT).exists():
        level.objects.bulk_create(
            level(level=n, name=name, days_after_due=days, lead=lead, paragraph=text)
            for n, name, days, lead, text in LADDER
        )
    for audience, _ in level.AUDIENCES[1:]:
        if not level.objects.filter(audience=audience).exists():
            level.objects.bulk_create(
                level(
                    audience=audience,
                    level=n,
                    name=name,
                    days_after_due=days,
                    on_paper=paper,
                    lead=lead,
                    paragraph=text,
                )
                for n, name, days, paper, lead, text in PAYER_LADDER
            )
    known = set(rule.objects.values_list("rule_id", flat=True))
    names = ("rule_id", "sentence", "way_round", "scope", "params", "citation", "source_url")
    fresh = [dict(zip(names, row, strict=True)) for row in RULES if row[0] not in known]
    rule.objects.bulk_create(rule(effective_from=date(2000, 1, 1), **row) for row in fresh)
