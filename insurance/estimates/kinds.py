"""Which kinds of service, as payers name them (X12 EB03), a procedure code belongs to: the narrowest first.

Sections of CPT and HCPCS Level II by number only, no descriptions. A code that is in none falls under the plan as a whole.
"""

from ..codes.rows import normal
from ..edi.x271 import WHOLE_PLAN

SECTIONS = (  # first, last, kinds
    ("00100", "01999", ("7",)),
    ("59000", "59899", ("69", "2")),
    ("90281", "90749", ("80",)),
    ("90785", "90899", ("MH", "A6", "A8")),
    ("90935", "90999", ("76",)),
    ("92002", "92499", ("AL",)),
    ("92507", "92508", ("AF",)),
    ("96401", "96549", ("78",)),
    ("97010", "97164", ("PT", "AE")),
    ("97165", "97168", ("AD",)),
    ("97169", "97799", ("PT", "AE")),
    ("98940", "98943", ("33",)),
    ("99221", "99239", ("99", "48")),
    ("99281", "99288", ("86",)),
    ("99341", "99350", ("A3", "98")),
    ("99381", "99397", ("81", "BZ", "98")),
    ("99202", "99215", ("98", "BY")),
    ("99242", "99245", ("3", "98")),
    ("99051", "99051", ("UC",)),
    ("10004", "69990", ("2",)),
    ("77261", "77799", ("6",)),
    ("80047", "89398", ("5",)),
    ("D0100", "D9999", ("35",)),
    ("E0100", "E8002", ("DM", "12", "18")),
    ("G0151", "G0162", ("42",)),
    ("J0120", "J9999", ("88",)),
    ("S9083", "S9088", ("UC",)),
    ("V2020", "V2799", ("AL",)),
)
SCANS = (  # within radiology: MRI, MRA and CT
    ("70336", "70336"), ("70450", "70498"), ("70540", "70559"), ("71250", "71275"), ("71550", "71555"),
    ("72125", "72133"), ("72141", "72159"), ("72191", "72198"), ("73200", "73206"), ("73218", "73225"),
    ("73700", "73706"), ("73718", "73725"), ("74150", "74185"), ("75557", "75574"),
)  # fmt: skip


def of_code(code: str) -> tuple[str, ...]:
    """
    >>> of_code("99213"), of_code("73721"), of_code("0001U")
    (('98', 'BY', '30'), ('62', '4', '30'), ('30',))
    """
    value = normal(code)
    if any(first <= value <= last for first, last in SCANS):
        return ("62", "4", WHOLE_PLAN)
    if len(value) != 5:
        return (WHOLE_PLAN,)
    if "70010" <= value <= "76999" or "78012" <= value <= "79999":
        return ("4", WHOLE_PLAN)
    found = next((kinds for first, last, kinds in SECTIONS if first <= value <= last and value[-1].isdigit()), ())
    return (*found, WHOLE_PLAN)
