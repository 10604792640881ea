"""`manage.py read_edi` and `read_eligibility`: shapes that other programs rely on, and words for a clerk."""

import io
import json
import os
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from billing_office import BASE_DIR

from .edi import interchange, member_says

BENEFITS = (
    "EB*1**30**GOLD", "EB*B*IND*98^UC*HM*GOLD*27*25*****Y", "MSG*CALL FIRST",
    "EB*A**62******VS*3*Y*W", "EB*F**30***29**.5", "AAA*N**33*C",
)  # fmt: skip


@pytest.fixture
def run(tmp_path):
    """run(command, bytes, "--json") is what it prints."""

    def printed(command: str, data: bytes, *options: str) -> str:
        path = tmp_path / "file.edi"
        path.write_bytes(data)
        out = io.StringIO()
        call_command(command, str(path), *options, stdout=out)
        return out.getvalue()

    return printed


def test_read_edi_as_json(run):
    told = json.loads(run("read_edi", member_says("EB*1**30").replace(b"GE*1", b"GE*2"), "--json"))
    assert told == {
        "interchanges": [
            {"sender": "PAYER", "receiver": "OFFICE", "control": "000000012", "groups": [
                {"type": "HB", "version": "005010X279A1", "transactions": [{"set": "271", "control": "0001", "segments": 12}]}
            ]}
        ],
        "findings": [
            {"severity": "error", "interchange": 1, "segment": 15, "message": "GE01 says “2”; transaction sets found: 1."}
        ],
    }  # fmt: skip


def test_read_edi_in_words(run):
    assert run("read_edi", member_says("EB*1**30")).splitlines() == [
        "Interchange 000000012 from PAYER to OFFICE, a test",
        "  Group HB 7, version 005010X279A1: 1 sets",
        "    271 0001: 12 segments",
        "No findings.",
    ]


def test_read_eligibility_as_json(run):
    told = json.loads(run("read_eligibility", member_says(*BENEFITS), "--json"))
    nothing = dict.fromkeys(
        ["level", "insurance_type", "plan", "period", "amount", "percent", "quantity_qualifier", "quantity", "authorization",
         "in_network"]
    ) | {"service_types": ["30"], "messages": []}  # fmt: skip
    assert told == {
        "responses": [
            {
                "payer": {"name": "ACME HEALTH", "id": "60054"},
                "subject": {
                    "last": "WHITE", "first": "ROBERT", "member_id": "W123", "birth_date": "1980-02-03", "relationship": None,
                },
                "active": True,
                "rejections": [{"code": "33", "follow_up": "C", "where": "benefit"}],
                "benefits": [
                    nothing | {"code": "1", "plan": "GOLD"},
                    nothing | {
                        "code": "B", "level": "IND", "service_types": ["98", "UC"], "insurance_type": "HM", "plan": "GOLD",
                        "period": "27", "amount": "25.00", "in_network": "Y", "messages": ["CALL FIRST"],
                    },
                    nothing | {
                        "code": "A", "service_types": ["62"], "quantity_qualifier": "VS", "quantity": "3",
                        "authorization": "Y", "in_network": "W",
                    },
                    nothing | {"code": "F", "period": "29", "percent": ".5"},
                ],
            }
        ],
        "findings": [],
    }  # fmt: skip


def test_an_answer_about_nobody_has_a_subject_of_nulls(run):
    data = interchange("HL*1**20*1", "NM1*PR*2*ACME*****PI*1", "AAA*Y**42*R")
    (told,) = json.loads(run("read_eligibility", data, "--json"))["responses"]
    assert set(told["subject"].values()) == {None}
    assert (told["active"], told["rejections"]) == (None, [{"code": "42", "follow_up": "R", "where": "source"}])


def test_read_eligibility_in_words_for_a_clerk(run):
    assert run("read_eligibility", member_says(*BENEFITS)).splitlines() == [
        "ROBERT WHITE: ACTIVE",
        "  member W123, born 1980-02-03",
        "  Payer: ACME HEALTH 60054",
        "  Active, GOLD",
        "    for the plan as a whole",
        "  Copay, individual, 25.00, per visit, in network, GOLD",
        "    for office visit, urgent care",
        "    CALL FIRST",
        "  Coinsurance, 3 visits, in or out of network, AUTHORIZATION REQUIRED",
        "    for MRI or CT scan",
        "  Limit, 50%, remaining",
        "    for the plan as a whole",
        "    REFUSED: The payer could not read part of the question. Check the coverage's data, then ask again. Correct it and"
        " ask again.",
        "",
        "No findings.",
    ]


def test_a_file_cannot_command_the_terminal(run):
    assert "\x1b" not in run("read_eligibility", member_says("EB*1**30", "MSG*\x1b[2J"))


@pytest.mark.parametrize("command", ["read_edi", "read_eligibility"])
@pytest.mark.parametrize(
    ("make", "code", "said"),
    [
        (lambda path: path.write_text("bad_file"), 2, "is no X12: no ISA segment was found in it."),
        (lambda path: None, 1, "cannot be read: No such file or directory."),
        (lambda path: path.mkdir(), 1, "cannot be read: Is a directory."),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(command, make, code, said, tmp_path):
    make(tmp_path / "it")
    with pytest.raises(CommandError, match=said) as refused:
        call_command(command, str(tmp_path / "it"))
    assert refused.value.returncode == code
    assert "\n" not in str(refused.value)


def test_the_commands_need_no_servers(tmp_path):
    """The first thing on a new machine: nothing but the file is read, and the code for "no X12" reaches the shell."""
    (tmp_path / "x").write_text("bad_file")
    home = tmp_path / "home"
    env = {name: value for name, value in os.environ.items() if not name.endswith("_URL")} | {"OFFICE_HOME": str(home)}
    command = [sys.executable, str(BASE_DIR / "manage.py"), "read_edi", str(tmp_path / "x")]
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert not (home / "postgres").exists()
