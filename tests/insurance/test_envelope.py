"""Any file of any sender: it is taken apart, or a finding says where it cannot be."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insurance.edi import acknowledgments, envelope, writer, x270, x271

from .edi import HEADER, ISA, inquiry, member_says

LATIN = member_says("EB*1**30").replace(b"WHITE", "NU\xd1EZ".encode("latin-1"))
PLAIN = member_says("EB*1**30")


def only(data: bytes):
    (interchange,) = envelope.read(data).interchanges
    return interchange


def messages(data: bytes) -> list[str]:
    return [finding.message for finding in envelope.read(data).findings]


def test_the_codecs_know_no_django():
    """What reads a payer's bytes can be used, tested and reasoned about without a database."""
    names = "insurance.edi.acknowledgments, insurance.edi.x270, insurance.edi.x271, insurance.edi.words, insurance.sandbox.answers"
    told = f"import sys, {names}; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], check=False).returncode == 0


def test_a_sound_file_has_no_findings():
    found = envelope.read(PLAIN)
    assert not found.findings
    (group,) = only(PLAIN).groups
    assert (group.type, group.version, group.control) == ("HB", "005010X279A1", "7")
    assert [(each.set, each.control, len(each.segments)) for each in group.transactions] == [("271", "0001", 12)]
    assert (only(PLAIN).sender, only(PLAIN).receiver, only(PLAIN).control) == ("PAYER", "OFFICE", "000000012")


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + PLAIN,
        b" \r\n\r\n" + PLAIN,
        PLAIN.replace(b"~\n", b"~\r\n"),
        PLAIN.replace(b"~\n", b"~"),
        PLAIN.replace(b"~\n", b"\n"),
        PLAIN.replace(b"~\n", b"\r\n"),
        PLAIN.replace(b"~\n", b"\r"),
        PLAIN.replace(b"~\n", b"\x1d"),
        PLAIN.replace(b"~\n", b"_"),
        PLAIN.replace(b"*", b"|"),
        PLAIN.replace(b"~\n", b"_").replace(b"*", b"~"),
        PLAIN.replace(b"*", b"\x1d").replace(b"~\n", b"\x1c"),
        PLAIN.decode().encode("utf-16"),
        PLAIN + b"\x1a",
        b"\n".join(PLAIN.replace(b"~\n", b"~")[at : at + 80] for at in range(0, len(PLAIN), 80)),
    ],
    ids=["bom", "blanks", "crlf", "none", "lf-only", "crlf-only", "cr-only", "gs", "underscore", "bar", "tilde", "control",
         "utf-16", "ctrl-z", "wrapped"],
)  # fmt: skip
def test_whatever_divides_the_segments(data):
    """Also lines broken every 80 characters, as old mailboxes do, the ISA included."""
    (answer,) = x271.read(data).responses
    assert (answer.subject.last, answer.payer.id, answer.active) == ("WHITE", "60054", True)
    assert not envelope.read(data).findings


@pytest.mark.parametrize(
    ("isa", "finding"),
    [
        (ISA.replace("PAYER          ", "PAYER"), "The ISA is 96 characters long instead of 106."),
        (ISA.replace("*T*:", "*T"), "The ISA has 15 elements instead of 16."),
        (ISA.replace("*0*T*:", "*0*T*:*X"), "The ISA has 17 elements instead of 16."),
    ],
)
def test_an_isa_that_is_not_by_the_book(isa, finding):
    data = member_says("EB*1**30", isa=isa)
    assert messages(data) == [finding]
    assert x271.read(data).responses[0].active


@pytest.mark.parametrize("terminator", ["~", "\n", "~\r\n"])
@pytest.mark.parametrize("separator", [" ", "U"])
def test_a_repetition_separator_that_is_none(separator, terminator):
    """Declared as a letter or not at all, yet ^ is used; and a code that holds the letter stays whole."""
    data = member_says("EB*1**1^UC^98", "EB*1**UC", isa=ISA.replace("*^*", f"*{separator}*"), terminator=terminator)
    first, second = x271.read(data).responses[0].benefits
    assert (first.service_types, second.service_types) == (("1", "UC", "98"), ("UC",))


def test_a_letter_that_repeats_is_believed_where_no_code_is_so_long():
    data = member_says("EB*1**1Z33Z98", isa=ISA.replace("*^*", "*Z*"))
    assert x271.read(data).responses[0].benefits[0].service_types == ("1", "33", "98")


def test_several_interchanges_each_with_delimiters_of_its_own():
    """Also where the first forgets to end, and where the second's separator is the first's terminator."""
    second = PLAIN.replace(b"~\n", b"\n").replace(b"*", b"~").replace(b"000000012", b"000000013")
    assert [each.control for each in envelope.read(PLAIN + second).interchanges] == ["000000012", "000000013"]
    cut = PLAIN[: PLAIN.index(b"IEA")]
    found = envelope.read(cut + second)
    assert [len(each.groups) for each in found.interchanges] == [1, 1]
    assert [(each.interchange, each.segment) for each in found.findings] == [(1, 15)]


def test_somebody_called_isa_begins_no_interchange():
    data = member_says("EB*1**30").replace(b"WHITE*ROBERT", b"ISA*ROBERT")
    assert len(envelope.read(data).interchanges) == 1
    assert x271.read(data).responses[0].subject.last == "ISA"


def test_names_that_are_not_utf_8():
    (answer,) = x271.read(LATIN).responses
    assert answer.subject.last == "NUÑEZ"
    assert messages(LATIN) == ["The file is not UTF-8; it was read as Latin-1."]


@pytest.mark.parametrize(
    ("wrong", "right", "finding"),
    [
        (b"SE*12*", b"SE*11*", (14, "SE01 says “11”; segments found: 12.")),
        (b"SE*12*0001", b"SE*12*0009", (14, "SE02 is “0009”, but ST02 is “0001”.")),
        (b"GE*1*7", b"GE*2*7", (15, "GE01 says “2”; transaction sets found: 1.")),
        (b"IEA*1*000000012", b"IEA*1*000000099", (16, "IEA02 is “000000099”, but ISA13 is “000000012”.")),
        (b"GS*HB*", b"GS*HP*", (3, "Set 271 belongs into a group HB, not “HP”.")),
        (b"GE*1*7", b"ST*271*0001~SE*2*0001~GE*2*7", (15, "Transaction set “0001” stands in its group twice.")),
        (b"SE*12*0001~\n", b"", (14, "Transaction set “0001” does not end: SE was expected.")),
        (b"GE*1*7~\n", b"", (15, "Group “7” does not end: GE was expected.")),
        (b"IEA*1*000000012~\n", b"", (15, "The interchange does not end: IEA was expected after this segment.")),
        (b"EB*1**30~\n", b"EB*1**30~~\n", (0, "Terminators without a segment before them were passed over: 1.")),
        (b"EB*1**30", b"eb*1**30", (13, "“eb” is no segment's name.")),
        (
            b"ST*271*",
            b"XX*271*",
            (3, "What stands outside a transaction set (ST was expected) was left out: 11 from “XX” on."),
        ),
    ],
)
def test_what_contradicts_itself_is_found_at_its_place(wrong, right, finding):
    found = envelope.read(PLAIN.replace(wrong, right)).findings
    assert finding in [(each.segment, each.message) for each in found]
    assert {each.interchange for each in found} == {1}


@pytest.mark.parametrize(
    "data", [b"", b"bad_file", b"\x00\x01", b"%PDF-1.7", b"ISA", b"Isabel is here", b"\xff\xfe\x00"]
)
def test_what_is_no_x12_is_said_to_be_none(data):
    found = envelope.read(data)
    assert found.interchanges == []
    assert found.findings[-1].message == "This is no X12: no ISA segment was found."


def test_a_file_without_its_isa_is_read_with_a_word_about_it():
    data = PLAIN[PLAIN.index(b"ST*271") : PLAIN.index(b"GE*")]
    assert x271.read(data).responses[0].active
    assert messages(data)[0] == "The file has no ISA; its delimiters were guessed."


def test_a_file_of_faults_alone_does_not_flood():
    assert len(envelope.read(ISA.encode() + b"~" + b"?~" * 100_000).findings) < 5_010


EVERYTHING = [envelope.read, x270.read, x271.read, acknowledgments.read]
SEEDS = [PLAIN, LATIN, x270.write(HEADER, [inquiry()]), writer.acknowledgment(HEADER, "000000012", "R", "009")]


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_bytes_raise(noise):
    for read in EVERYTHING:
        read(noise)
        read(b"ISA" + noise)
        read(ISA.encode() + noise)


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 800), st.integers(0, 12), st.binary(max_size=6) | st.sampled_from([b"~", b"*", b"HL*", b"EB*"]))),
)  # fmt: skip
@settings(max_examples=250, deadline=None)
def test_no_damage_raises(seed, damages):
    for at, length, put in damages:
        seed = seed[:at] + put + seed[at + length :]
    for read in EVERYTHING:
        read(seed)


def test_a_refused_interchange_is_read_back():
    data = writer.acknowledgment(HEADER, "000000012", "R", "009")
    (told,) = acknowledgments.read(data).interchanges
    assert (told.control, told.code, told.note) == ("000000012", "R", "009")
    assert not envelope.read(data).findings


TEXT = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=1, max_size=12)
NUMBERS = st.integers(0, 999_999)
ELEMENT_ERRORS = st.builds(acknowledgments.ElementError, st.sampled_from(["3", "3:1", "3:1:2"]), TEXT, TEXT, TEXT)
SEGMENT_ERRORS = st.builds(
    acknowledgments.SegmentError, TEXT, NUMBERS, TEXT, TEXT, st.lists(ELEMENT_ERRORS, max_size=2).map(tuple)
)
SETS = st.builds(
    acknowledgments.SetAcknowledgment, TEXT, TEXT, TEXT, TEXT, st.lists(TEXT, max_size=5).map(tuple),
    st.lists(SEGMENT_ERRORS, max_size=2).map(tuple),
)  # fmt: skip
GROUPS = st.builds(
    acknowledgments.GroupAcknowledgment, TEXT, TEXT, TEXT, st.lists(SETS, max_size=3).map(tuple), TEXT, NUMBERS, NUMBERS,
    NUMBERS, st.lists(TEXT, max_size=5).map(tuple),
)  # fmt: skip


@given(st.lists(GROUPS, min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_a_999_is_read_as_it_was_written(groups):
    told = acknowledgments.read(acknowledgments.write(HEADER, groups))
    assert told.groups == groups
    assert not told.findings
