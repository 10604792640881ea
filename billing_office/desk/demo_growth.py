"""The demo grows to some 300 accounts while it can be looked at already: each account is one transaction, and a growth that was
stopped goes on where it stood."""

import random
from collections.abc import Callable
from datetime import date

from django.db import transaction

from accounts import stops
from accounts.merging.merging import merge
from accounts.models import Account, AccountFlag, ContactPoint, Hold
from accounts.opening import open_account
from billing_office.audit.models import Act
from billing_office.staff.models import Office, User

from . import demo, demo_utility

CLINIC, UTILITY = 194, 60
GROWN = "demo_grown"  # the act that counts what was done

FIRST = """Ada Alma Amos Andre Asha Ben Bianca Boris Calvin Carla Cecil Chen Clara Colm Dana Darius Delia Dina Edgar Elif Elsa Emil
Enzo Esther Farah Felix Fiona Frida Gideon Gita Hana Hugo Ilse Imran Iris Ivan Jada Jonah Josie Kai Kofi Lale Lars Leila Lionel
Lucia Mabel Malik Marta Milo Nadia Nico Odile Omar Opal Pablo Petra Quentin Rafael Rosa Saul Selma Silas Sunita Tariq Thea Tobias
Uma Vera Viktor Wanda Xenia Yusuf Zelda""".split()  # noqa: SIM905
LAST = """Abbott Achebe Aguilar Bauer Bello Bianchi Boyd Castell Chandra Cohen Cruz Dalton Diallo Dominguez Eaton Egan Farrow Ferreira
Fischer Gallo Garza Ghosh Hale Hammond Hassan Ibarra Iyer Jansen Jordan Kaplan Keane Kim Kovacs Lambert Larsen Le Liu Lozano Mackey
Mbeki Mehta Moreau Nakamura Novak Obi Ortiz Osman Park Patel Petrov Quigley Ramos Rao Reyes Rivera Rossi Sato Schmidt Silva Sousa
Tanaka Torres Udoh Vargas Vogel Walsh Weber Yang Young Zhang Zimmer""".split()  # noqa: SIM905


def grow(today: date, tell: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Add what is missing of the demo's further accounts; returns how many were added."""
    if not User.objects.filter(username=demo.STAFF[0][0]).exists():
        return 0  # an office of somebody's own
    done, of = Act.objects.filter(verb=GROWN).count(), CLINIC + UTILITY
    cast = demo.cast_of_old()
    utility = demo_utility.found(cast.clerk, cast.biller)
    for at in range(done, of):
        with transaction.atomic():
            if at % 4 == 3 and at // 4 < UTILITY:
                demo_utility.account(utility, 20 + at // 4, _utility_name(at // 4), today)
            else:
                _patient(cast, 40 + at, today)
            Act.objects.create(actor=cast.clerk, role=cast.clerk.role, verb=GROWN, detail={"at": at})
        tell(at + 1, of)
    return of - done


def _name(at: int) -> str:
    return f"{FIRST[at * 7 % len(FIRST)]} {LAST[at * 11 % len(LAST)]}"


def _utility_name(at: int) -> str:
    return demo_utility.BUSINESSES[at // 8 % len(demo_utility.BUSINESSES)] if at % 8 == 5 else _name(at + 300)


def _patient(cast, at: int, today: date):
    calendar, chance = demo.Calendar(today), random.Random(f"clinic{at}")  # noqa: S311  invented data, the same each time
    account = demo.account(cast, calendar, chance, at, _name(at))
    calendar.run()
    _situation(cast, account, at, today)


def _situation(cast, account: Account, at: int, today: date):
    """What a clerk meets besides bills: a dispute, an attorney's letter, mail that came back, the same person twice."""
    who = {"by": cast.clerk, "detail": {}}
    match at % 31:
        case 4:
            stops.set_stop(account, Hold(kind="dispute", since=today, reason="Asks for the record of the visit"), **who)
        case 9:
            stops.set_stop(account, AccountFlag(kind="attorney", since=today, reason="Letter of Webb & Stone"), **who)
        case 14:
            stops.set_stop(
                account, AccountFlag(kind="returned_mail", since=today, reason="Not known at this address"), **who
            )
        case 19:
            ContactPoint.objects.filter(client=account.guarantor, kind="email").update(
                bad_since=today, bad_reason="550 5.1.1 No such mailbox"
            )
        case 23:
            _twice(cast, account, at, today)
        case 28:
            stops.set_stop(
                account, AccountFlag(kind="cease", since=today, reason="Asked in writing that we stop calling"), **who
            )


def _twice(cast, account: Account, at: int, today: date):
    """Registered a second time; every other pair was merged since."""
    client = account.guarantor
    again = open_account(
        office=Office.objects.get(pk=account.office_id), first_name=client.first_name, last_name=client.last_name,
        birth_date=client.birth_date, by=cast.clerk, opened_on=today,
    )  # fmt: skip
    if at % 2:
        merge(again, account, "Registered twice", on=today, by=cast.clerk)
