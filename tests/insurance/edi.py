"""EDI of one's own for the tests: an interchange around given segments, and questions about the cast."""

import os
from datetime import date, datetime
from pathlib import Path

import pytest

from insurance.edi.parties import Party
from insurance.edi.values import Days
from insurance.edi.writer import Header
from insurance.edi.x270 import Inquiry

SAMPLES = Path(os.environ.get("OFFICE_SAMPLES", "")) / "edi"
needs_samples = pytest.mark.skipif(
    not os.environ.get("OFFICE_SAMPLES") or not SAMPLES.is_dir(), reason="skipped: no samples (OFFICE_SAMPLES)"
)
HEADER = Header("OFFICE", "PAYER", 12, datetime(2026, 11, 24, 9, 30))  # noqa: DTZ001  local time, as the header wants it

ISA = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*OFFICE         *261124*0930*^*00501*000000012*0*T*:"
GS = "GS*HB*PAYER*OFFICE*20261124*0930*7*X*005010X279A1"
PAYER = ("HL*1**20*1", "NM1*PR*2*ACME HEALTH*****PI*60054")
PROVIDER = ("HL*2*1*21*1", "NM1*1P*2*ELM CLINIC*****XX*1234567893")
MEMBER = ("HL*3*2*22*0", "TRN*2*T-1*9000000001", "NM1*IL*1*WHITE*ROBERT****MI*W123", "DMG*D8*19800203*M")


def interchange(*body: str, isa=ISA, gs=GS, terminator="~\n") -> bytes:
    """A 271 with these segments between BHT and SE, its counts right."""
    inner = ["ST*271*0001*005010X279A1", "BHT*0022*11*R-1*20261124*0930", *body]
    lines = [isa, gs, *inner, f"SE*{len(inner) + 1}*0001", "GE*1*7", "IEA*1*000000012"]
    return "".join(line + terminator for line in lines).encode()


def member_says(*segments: str, **how) -> bytes:
    return interchange(*PAYER, *PROVIDER, *MEMBER, *segments, **how)


def inquiry(member="W123", **fields) -> Inquiry:
    subscriber = Party(
        "IL", "1", "WHITE", "ROBERT", id_qualifier="MI", id=member, birth_date=date(1980, 2, 3), gender="M"
    )
    return Inquiry(
        Party("PR", "2", "ACME HEALTH", id_qualifier="PI", id="60054"),
        Party("1P", "2", "ELM CLINIC", id_qualifier="XX", id="1234567893"),
        subscriber, days=(Days("291", date(2026, 11, 30)),), **{"reference": "R-1"} | fields,
    )  # fmt: skip


EMMA = Party("03", "1", "WHITE", "EMMA", birth_date=date(2010, 5, 1), gender="F")
