"""What every office begins with: the rule of verification, duties to tell clients, the holidays of the federal calendar.

Duties and holidays are loaded where there are none: an office changes them as data. Sources are to be confirmed by counsel.
"""

from datetime import date

from django.apps import apps

LONG_AGO = date(2000, 1, 1)
CONFIRM = "to be confirmed by counsel"
DUTIES = [  # when, place, words, source
    ("insured", 10, "Bring your insurance card and a photo ID.", "House policy"),
    ("insured", 20, "Pay the copay at the visit.", "The contract with the plan"),
    (
        "insured",
        30,
        "Tell us of any other insurance, and of any change before the visit.",
        "The contract with the plan",
    ),
    (
        "leave",
        40,
        "Your plan wants to be asked first. Wait until we tell you that it has agreed: without it you may have to pay all.",
        "The contract with the plan",
    ),
    (
        "outside",
        50,
        "This is out of your plan’s network. You may choose a provider within it, and need not agree to be billed more.",
        f"45 CFR 149.420; {CONFIRM}",
    ),
    (
        "self_pay",
        60,
        "You may dispute a bill that is $400 or more above this estimate, within 120 days of the bill.",
        f"45 CFR 149.620; {CONFIRM}",
    ),
    ("always", 70, "If you cannot come, tell us at least 24 hours before.", "House policy"),
]
HOLIDAYS = [  # 5 U.S.C. 6103; on a weekend, the weekday that is kept instead
    ("New Year’s Day", "2026-01-01", "2027-01-01", "2027-12-31"),
    ("Birthday of Martin Luther King, Jr.", "2026-01-19", "2027-01-18"),
    ("Washington’s Birthday", "2026-02-16", "2027-02-15"),
    ("Memorial Day", "2026-05-25", "2027-05-31"),
    ("Juneteenth", "2026-06-19", "2027-06-18"),
    ("Independence Day", "2026-07-03", "2027-07-05"),
    ("Labor Day", "2026-09-07", "2027-09-06"),
    ("Columbus Day", "2026-10-12", "2027-10-11"),
    ("Veterans Day", "2026-11-11", "2027-11-11"),
    ("Thanksgiving Day", "2026-11-26", "2027-11-25"),
    ("Christmas Day", "2026-12-25", "2027-12-24"),
]


def load(**_):
    apps.get_model("insurance", "VerificationRule").objects.get_or_create(only=True)
    duty, holiday = apps.get_model("insurance", "Duty"), apps.get_model("insurance", "Holiday")
    if not duty.objects.exists():
        duty.objects.bulk_create(
            duty(applies=applies, place=place, words=words, source=source, since=LONG_AGO)
            for applies, place, words, source in DUTIES
        )
    if not holiday.objects.exists():
        holiday.objects.bulk_create(
            holiday(on=date.fromisoformat(day), words=name) for name, *days in HOLIDAYS for day in days
        )
