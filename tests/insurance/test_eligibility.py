"""Questions (270) and answers (271): everything a payer says is kept, each thing once, and with whom it belongs."""

from dataclasses import replace
from datetime import date
from string import ascii_uppercase, digits

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from x12sdk.generate import generate_270, generate_271
from x12sdk.io import X12ModelReader, X12SegmentReader

from insurance.edi import envelope, parties, segments, words, x270, x271
from insurance.edi.benefits import Benefit, Delivery, Detail, Rejection
from insurance.edi.eligibility import Procedure, Trace
from insurance.edi.parties import Contact, Party, Reference
from insurance.edi.values import Days, amount
from insurance.sandbox.answers import answer

from .edi import EMMA, HEADER, MEMBER, PAYER, PROVIDER, SAMPLES, inquiry, interchange, member_says, needs_samples

DEPENDENT = ("HL*4*3*23*0", "NM1*03*1*WHITE*EMMA", "DMG*D8*20100501*F", "INS*N*19")
PARENT = ("HL*3*2*22*1", *MEMBER[1:])


def benefit(*rows: str) -> Benefit:
    (found,) = x271.read(member_says(*rows)).responses[0].benefits
    return found


def findings(*rows: str) -> list[tuple[str, int, str]]:
    return [(each.severity, each.segment, each.message) for each in x271.read(member_says(*rows)).findings]


def test_one_benefit_with_all_that_an_eb_can_say():
    found = benefit(
        "EB*B*IND*98^UC*HM*GOLD*27*25*.2*VS*12*Y*W*HC:99213:25:59*1:2",
        "HSD*VS*12*DA*1*34*1*1*A", "REF*18*PLAN-7*BEST", "DTP*348*D8*20260101", "DTP*349*RD8*20260101-20261231",
        "AAA*N**33*C", "MSG*CALL FIRST", "MSG*TWICE", "III*ZZ*11**OFFICE",
        "LS*2120", "NM1*P3*1*JONES*MARCUS****XX*1234567893", "N3*1 MAIN", "N4*AUSTIN*TX*78701", "PER*IC*DESK*TE*5125550134",
        "PRV*PC*PXC*207Q00000X", "NM1*PR*2*OTHER*****PI*9", "LE*2120",
    )  # fmt: skip
    doctor = Party(
        "P3", "1", "JONES", "MARCUS", id_qualifier="XX", id="1234567893", street=("1 MAIN",), city="AUSTIN", state="TX",
        postcode="78701", role="PC", specialty="207Q00000X", contacts=(Contact("IC", "DESK", (("TE", "5125550134"),)),),
    )  # fmt: skip
    assert found == Benefit(
        "B", "IND", ("98", "UC"), "HM", "GOLD", "27", 25_00, ".2", "VS", "12", "Y", "W",
        Procedure("HC", "99213", ("25", "59")), ("1", "2"),
        deliveries=(Delivery("VS", "12", "DA", "1", "34", "1", "1", "A"),),
        references=(Reference("18", "PLAN-7", "BEST"),),
        days=(Days("348", date(2026, 1, 1)), Days("349", date(2026, 1, 1), date(2026, 12, 31))),
        rejections=(Rejection("33", "C", "benefit", "N"),),
        messages=("CALL FIRST", "TWICE"),
        details=(Detail("ZZ", "11", "", "OFFICE"),),
        entities=(doctor, Party("PR", "2", "OTHER", id_qualifier="PI", id="9")),
    )  # fmt: skip


def test_each_person_has_what_is_theirs():
    """A subscriber with benefits of his own, and two dependents under him."""
    second = ("HL*5*3*23*0", "NM1*03*1*WHITE*OTTO", "EB*6**30")
    told = x271.read(interchange(*PAYER, *PROVIDER, *PARENT, "EB*1**30", *DEPENDENT, "EB*1**35", *second)).responses
    assert [(each.subject.first, each.active, len(each.benefits)) for each in told] == [
        ("ROBERT", True, 1), ("EMMA", True, 1), ("OTTO", False, 1),
    ]  # fmt: skip
    assert (told[1].subject.relationship, told[1].subscriber.id, told[1].subject.id) == ("19", "W123", "")
    assert told[1].traces[0].number == "T-1"


def test_a_subscriber_who_only_stands_over_a_dependent_is_no_subject():
    told = x271.read(interchange(*PAYER, *PROVIDER, *PARENT, *DEPENDENT, "EB*1**30")).responses
    assert [each.subject.first for each in told] == ["EMMA"]


AAA = "AAA*N**42*R"


@pytest.mark.parametrize(
    ("body", "where", "subject"),
    [
        ((PAYER[0], AAA, PAYER[1]), "source", None),
        ((*PAYER, AAA), "source", None),
        ((*PAYER, *PROVIDER, AAA), "receiver", None),
        ((*PAYER, *PROVIDER, *MEMBER, AAA), "subscriber", "ROBERT"),
        ((*PAYER, *PROVIDER, *PARENT, *DEPENDENT, AAA), "dependent", "EMMA"),
        ((*PAYER, *PROVIDER, *MEMBER, "EB*1**30", AAA), "benefit", "ROBERT"),
        ((AAA, *PAYER), "source", None),
    ],
)
def test_a_rejection_is_kept_once_with_where_it_stands(body, where, subject):
    told = x271.read(interchange(*body)).responses
    (found,) = [each for response in told for each in response.all_rejections]
    (response,) = told
    assert (found.code, found.follow_up, found.where) == ("42", "R", where)
    assert (response.subject.first if response.subject else None) == subject


@pytest.mark.parametrize(
    ("rows", "active"),
    [
        (["EB*1**30"], True),
        (["EB*3"], True),
        (["EB*6**30"], False),
        (["EB*6**30", "EB*1**35"], False),
        (["EB*6**30", "EB*1**30"], True),
        (["EB*1**35"], True),
        (["EB*7**35"], False),
        (["EB*C**30***23*500"], None),
        ([], None),
        (["AAA*N**75*C", "EB*1**30"], None),
        (["EB*1**30", "AAA*N**33*C"], True),
    ],
)
def test_active_is_said_of_the_plan_or_not_at_all(rows, active):
    assert x271.read(member_says(*rows)).responses[0].active is active


@pytest.mark.parametrize(
    ("given", "cents"),
    [("25", 2500), ("25.5", 2550), (".25", 25), ("-10", -1000), ("0", 0), ("99999.99", 9999999), ("", None)],
)
def test_amounts_are_whole_cents(given, cents):
    assert benefit(f"EB*B******{given}**VS*1").cents == cents


@pytest.mark.parametrize(
    ("row", "finding"),
    [
        ("EB*B******1,000.00", "EB07 is “1,000.00”; an amount was expected, like 25 or 25.50."),
        ("EB*B******1.005", "EB07 is “1.005”; an amount was expected, like 25 or 25.50."),
        ("EB*B******1E5", "EB07 is “1E5”; an amount was expected, like 25 or 25.50."),
        ("EB*A*******20%", "EB08 is “20%”; a number was expected."),
        ("EB*F********VS*MANY", "EB10 is “MANY”; a number was expected."),
        ("EB", "EB01 is empty: a code of what the benefit says was expected."),
    ],
)
def test_a_value_that_cannot_be_read_is_found_and_the_benefit_kept(row, finding):
    assert findings(row) == [("error", 13, finding)]
    assert benefit(row).cents is None


def test_days_that_are_none_are_found():
    assert findings("EB*1**30", "DTP*291*D8*20261131", "DTP*291*RD8*20260101") == [
        ("error", 14, "DTP03 is “20261131”; a date was expected, like 20261101 or 20260101-20261231.")
    ]


def test_what_is_not_known_is_left_out_with_a_word_about_it():
    assert findings("EB*1**30", "ZZZ*1") == [("warning", 14, "ZZZ is not expected in a benefit; it was left out.")]


def test_the_first_name_of_a_person_stands():
    data = interchange(*PAYER, *PROVIDER, *MEMBER, "NM1*74*1*BLACK*ROB", "EB*1**30")
    found = x271.read(data)
    assert found.responses[0].subject.last == "WHITE"
    assert [each.message for each in found.findings] == ["A second NM1 for the same person; it was left out."]


def test_a_social_security_number_is_not_taken_in():
    data = interchange(*PAYER, *PROVIDER, *MEMBER, "REF*SY*987654321", "EB*1**30", "REF*SY*987654321")
    assert "987654321" not in repr(x271.read(data).responses)


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        ((*PAYER, *PROVIDER, "HL*3*9*22*0", *MEMBER[1:]), "HL02 is “9”, which is no level above; the nearest before it was taken."),
        ((*PAYER, *PROVIDER, "HL*3*2*77*0", *MEMBER[1:]), "HL03 is “77”; 20 to 23 was expected. Taken as 22, subscriber."),
        ((PAYER[1], PROVIDER[1], *MEMBER[1:]), "The set has no HL; who is meant was taken from the names (NM1) alone."),
    ],
)  # fmt: skip
def test_levels_that_are_wrong_are_put_right_with_a_word_about_it(body, finding):
    found = x271.read(interchange(*body, "EB*1**30"))
    assert [each.message for each in found.findings] == [finding]
    (response,) = found.responses
    assert (response.payer.id, response.provider.last, response.subject.last) == ("60054", "ELM CLINIC", "WHITE")


def test_many_answers_of_many_sets_and_groups():
    whole = member_says("EB*1**30")
    one_set = whole[whole.index(b"ST*") : whole.index(b"GE*")]
    many = whole.replace(one_set, one_set * 150).replace(b"GE*1*", b"GE*150*")
    assert len(x271.read(many).responses) == 150
    group = whole[whole.index(b"GS*") : whole.index(b"IEA*")]
    assert len(x271.read(whole.replace(group, group * 3) * 2).responses) == 6


def test_an_answer_that_was_cut_short_is_not_complete():
    data = member_says("EB*1**30")
    assert x271.read(data).complete
    assert not x271.read(data[: data.index(b"SE*")]).complete


# -- what we write is what we read, and what others accept ---------------------------------------------------------------

WORD = st.text(ascii_uppercase + digits + " .-'", min_size=1, max_size=12).map(str.strip).filter(bool)
CODE = st.text(ascii_uppercase + digits, min_size=1, max_size=2)
MAYBE = st.just("") | WORD
DECIMAL = st.just("") | st.decimals(0, 999, places=2).map(str)
A_DAY = st.dates(date(1900, 1, 1), date(2199, 12, 31))
SPANS = st.builds(lambda code, a, b: Days(code, min(a, b), max(a, b)), CODE, A_DAY, A_DAY) | st.builds(
    Days, CODE, A_DAY
)
TRACES = st.builds(Trace, st.just("2"), WORD, MAYBE, MAYBE)
CONTACTS = st.builds(Contact, CODE, MAYBE, st.lists(st.tuples(CODE, WORD), max_size=3).map(tuple))
REFERENCES = st.builds(Reference, CODE.filter(lambda code: code != "SY"), WORD, MAYBE)
PROCEDURES = st.none() | st.builds(Procedure, CODE, WORD, st.lists(CODE, max_size=4).map(tuple))


def few(strategy):
    return st.lists(strategy, max_size=2).map(tuple)


def party(entity, **fields):
    return st.builds(
        Party, st.just(entity), st.sampled_from(["1", "2"]), MAYBE, MAYBE, MAYBE, MAYBE, MAYBE, MAYBE, few(WORD), MAYBE, MAYBE,
        MAYBE, **fields,
    )  # fmt: skip


PEOPLE = {
    "birth_date": st.none() | A_DAY,
    "gender": st.sampled_from(["", "F", "M", "U"]),
    "references": few(REFERENCES),
}
PERSON = {**PEOPLE, "relationship": st.sampled_from(["", "18", "19"]), "contacts": few(CONTACTS)}
BENEFITS = st.builds(
    Benefit, CODE, CODE, few(CODE), CODE, MAYBE, CODE, st.none() | st.integers(-(10**9), 10**9), DECIMAL, CODE, DECIMAL, CODE,
    CODE, PROCEDURES, few(CODE),
    deliveries=few(st.builds(Delivery, CODE, DECIMAL, CODE, DECIMAL, CODE, DECIMAL, CODE, CODE)),
    references=few(REFERENCES), days=few(SPANS), rejections=few(st.builds(Rejection, CODE, CODE, st.just("benefit"), CODE)),
    messages=few(WORD), details=few(st.builds(Detail, CODE, WORD, MAYBE, MAYBE)),
    entities=few(party("P3", contacts=few(CONTACTS), role=CODE, specialty=WORD)),
)  # fmt: skip


@st.composite
def responses(draw):
    branch = [draw(party("PR", contacts=few(CONTACTS))), draw(party("1P")), draw(party("IL", **PERSON))]
    branch.append(draw(st.none() | party("03", **PERSON)))
    level = "dependent" if branch[3] else "subscriber"
    rejections = draw(few(st.builds(Rejection, CODE, CODE, st.just(level), CODE)))
    return x271.Response(
        *branch,
        draw(MAYBE),
        draw(few(TRACES)),
        draw(few(SPANS)),
        rejections,
        tuple(draw(st.lists(BENEFITS, max_size=3))),
    )


@given(st.lists(responses(), min_size=1, max_size=2))
@settings(max_examples=60, deadline=None)
def test_a_271_is_read_as_it_was_written(told):
    found = x271.read(x271.write(HEADER, told))
    assert found.responses == told
    assert not found.findings


QUESTIONS = st.builds(x270.Question, few(CODE), PROCEDURES, CODE, CODE)


INQUIRIES = st.builds(
    x270.Inquiry, party("PR"), party("1P"), party("IL", **PEOPLE), st.none() | party("03", **PERSON), MAYBE, few(TRACES),
    few(SPANS), st.lists(QUESTIONS, min_size=1, max_size=2).map(tuple),
)  # fmt: skip


@given(st.lists(INQUIRIES, min_size=1, max_size=2))
@settings(max_examples=60, deadline=None)
def test_a_270_is_read_as_it_was_written(asked):
    found = x270.read(x270.write(HEADER, asked))
    assert found.inquiries == asked
    assert not found.findings


@given(st.integers(-(10**15), 10**15))
def test_amounts_are_written_as_they_are_read(cents):
    assert benefit(f"EB*B******{amount(cents)}").cents == cents


def test_what_we_write_holds_plain_characters_only():
    one = inquiry()
    data = x270.write(HEADER, [replace(one, subscriber=replace(one.subscriber, last="Núñez*~O^B:rien\n", first="李"))])
    assert data.isascii()
    assert x270.read(data).inquiries[0].subscriber.last == "Nunez  O B rien"


def models(data: bytes) -> list[str]:
    """The judge's view: it raises at anything that the guide does not allow."""
    with X12ModelReader(data.decode()) as reader:
        return [type(model).__name__ for model in reader.models()]


ASKED = {
    "subscriber": inquiry(traces=(Trace("1", "T-1", "9000000001"),)),
    "dependent": inquiry(dependent=EMMA, traces=(Trace("1", "T-2", "9000000001"),)),
    "services": inquiry(questions=(x270.Question(("98", "UC")), x270.Question(("35",), level="FAM"))),
    "a span": replace(inquiry(), days=(Days("291", date(2026, 1, 1), date(2026, 12, 31)),)),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_the_judge_accepts_our_questions(asked):
    assert models(x270.write(HEADER, [asked])) == ["EligibilityInquiry"]


@pytest.mark.parametrize("member", ["W123", "INACTIVE1", "PLAIN1", "NOTOURS1", "OTHER1", "AUTH1"])
def test_the_judge_accepts_the_sandbox_payers_answers(member):
    """Without EB09, a code that the judge takes for a number."""
    told = answer(inquiry(member), date(2026, 11, 24))
    told = replace(told, benefits=tuple(each for each in told.benefits if not each.quantity_qualifier))
    assert models(x271.write(HEADER, [told])) == ["EligibilityBenefit"]


def test_what_the_judge_generates_is_read_whole():
    data = generate_271(seed=3, members=20).encode()
    found = x271.read(data)
    assert not found.findings
    assert sum(len(each.benefits) for each in found.responses) == data.count(b"\nEB*") + data.count(b"~EB*")
    assert len(x270.read(generate_270(seed=3, members=20).encode()).inquiries) == 20


# -- samples of others ---------------------------------------------------------------------------------------------------


def samples(*patterns: str) -> list:
    return [path for pattern in patterns for path in sorted(SAMPLES.rglob(pattern)) if path.is_file()]


@needs_samples
def test_every_sample_is_read_or_its_faults_have_places():
    paths = [path for path in samples("*") if "LICENSE" not in path.name]
    assert len(paths) > 100
    for path in paths:
        found = envelope.read(path.read_bytes())
        assert found.interchanges or path.name == "bad_file.edi"
        assert all(finding.segment or not finding.interchange for finding in found.findings), path.name


@needs_samples
def test_answers_of_others_are_read_whole():
    """Every EB and every AAA of each 271 once, without a word of complaint about its content."""
    paths = samples("*.271", "X279-*response*.edi")
    assert len(paths) == 6
    for path in paths:
        data = path.read_bytes()
        (chunk,), _ = segments.read(data)
        told = x271.read(data)
        rows = [each.segment for response in told.responses for each in response.benefits]
        rows += [each.segment for response in told.responses for each in response.all_rejections]
        assert sorted(rows) == [each.number for each in chunk.segments if each.name in ("EB", "AAA")]
        assert all("SE02" in finding.message for finding in told.findings)


@needs_samples
def test_questions_of_others_are_read():
    paths = samples("*.270", "X279-generic-request*.edi")
    assert len(paths) == 5
    for path in paths:
        (asked,) = x270.read(path.read_bytes()).inquiries
        assert (asked.days[0].first, asked.questions[0].service_types) == (date(2006, 5, 1), ("30",))


@needs_samples
def test_our_segments_are_the_judges():
    compared = 0
    for path in samples("*.270", "*.271", "*.276", "*.277", "*.835", "*.837", "X2*.edi"):
        with X12SegmentReader(str(path)) as reader:
            theirs = [fields for _, fields in reader.segments()]
        (chunk,), _ = segments.read(path.read_bytes())
        ours = [each.elements for each in chunk.segments]
        assert [[e.strip() for e in line] for line in ours] == [[e.strip() for e in line] for line in theirs], path.name
        compared += len(ours)
    assert compared > 2_000


@needs_samples
@pytest.mark.parametrize("name", ["837miss", "fail_no_IEA", "bad_header_looping", "elements", "trailer_errors"])
def test_what_was_broken_on_purpose_is_found(name):
    (path,) = samples(f"{name}.source.txt")
    assert any(each.severity == "error" and each.segment for each in envelope.read(path.read_bytes()).findings)


def test_every_rejection_has_a_remedy_and_no_code_is_without_words():
    assert all(what.endswith(".") and remedy.endswith(".") for what, remedy in words.REJECTION.values())
    assert words.rejection("??") == "The payer refused the question (code ??). Call the payer."


def test_names_of_people_and_organisations():
    assert Party("IL", "1", "WHITE", "ROBERT", "J", "JR").name == "ROBERT J WHITE JR"
    assert parties.segments_of(Party("PR", "2", "ACME"))[0][:4] == ["NM1", "PR", "2", "ACME"]
