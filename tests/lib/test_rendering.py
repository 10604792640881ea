"""Documents on paper: what every PDF has, what it never does, and the awkward contents.

Texts are read back with pdftotext (poppler), where the machine has it.
"""

import copy
import io
import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import threading
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pikepdf
import pytest
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError

from billing_office.lib import rendering
from billing_office.lib.rendering import assets, fonts, renderer
from billing_office.lib.rendering.context import ready

SAMPLES = Path(__file__).parent.parent / "samples" / "documents"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.json"))
LONG = "Maria-Magdalena Wilhelmina von Hohenstein-Oppenheimer-Rodríguez y Castellanos de la Fuente"
MARGINS = (61, 50)  # points: the left and right edge that no word may cross, a little less than 22 and 18 mm

reads_text = pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext (poppler-utils) is not installed")


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


def render(name, context=None, paper="letter", **kwargs):
    return rendering.render(name.partition(".")[0], context or sample(name), paper, **kwargs)


def opened(pdf):
    return pikepdf.open(io.BytesIO(pdf))


def pdftotext(pdf, *options):
    return subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def text(pdf):
    """What a reader gets, on one line with simple spaces; the marks around names taken out."""
    return " ".join(re.sub("[\u2068\u2069]", "", pdftotext(pdf)).split())


def texts(value):
    """Every text that a reader must find, of a context or a part of it."""
    unseen = ("lang", "url", "qr_alt", "tone", "column_class")
    if isinstance(value, dict):
        return [found for key, item in value.items() if key not in unseen for found in texts(item)]
    if isinstance(value, list):
        return [found for item in value for found in texts(item)]
    return [value] if isinstance(value, str) else []


def with_lines(count, name="invoice"):
    """The sample with `count` lines, taken in turn from its own."""
    context = sample(name)
    pool = [line for visit in context["visits"] for line in visit["lines"]]
    context["visits"][0]["lines"] = [copy.deepcopy(pool[i % len(pool)]) for i in range(count)]
    del context["visits"][1:]
    return context


def elements(pdf, kind):
    return [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == f"/{kind}"]


def links(pdf):
    return [note.A.URI for page in pdf.pages for note in page.get("/Annots", [])]


def images(pdf):
    return [str(element.Alt) for element in elements(pdf, "Figure")]


@pytest.mark.parametrize("paper", rendering.PAPERS)
@pytest.mark.parametrize("name", NAMES)
def test_every_document_is_a_tagged_pdf_of_one_page(name, paper):
    pdf = opened(render(name, paper=paper))
    context = sample(name)
    assert len(pdf.pages) == 1
    width, height = (612, 792) if paper == "letter" else (595, 842)
    assert [round(float(side)) for side in pdf.pages[0].MediaBox[2:]] == [width, height]
    assert str(pdf.Root.Lang) == "en"
    assert str(pdf.docinfo["/Title"]) == f"{context['kind']} {context['number']}, {context['office']['name']}"
    assert b"pdfuaid:part" in pdf.Root.Metadata.read_bytes()
    assert pdf.Root.MarkInfo.Marked and pdf.Root.ViewerPreferences.DisplayDocTitle
    assert pdf.Root.StructTreeRoot.K
    assert len(elements(pdf, "H1")) == 1
    heads = elements(pdf, "TH")
    assert heads and {head.A.Scope for head in heads} == {"/Column", "/Row"}
    assert all(images(pdf))


@pytest.mark.parametrize("name", NAMES)
def test_every_font_is_embedded_as_a_subset_with_its_letters(name):
    pdf = opened(render(name))
    described = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"]
    assert described
    for font in described:
        assert "/FontFile2" in font
        assert re.match(r"/[A-Z]{6}\+Office", str(font.FontName))
    composite = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Subtype") == "/Type0"]
    assert composite and all("/ToUnicode" in font for font in composite)


@reads_text
@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_context_is_lost(name):
    context = sample(name)
    printed = set(text(render(name)).split())
    assert [word for words in texts(context) for word in words.split() if word not in printed] == []


def test_every_document_has_a_sample():
    assert {name.partition(".")[0] for name in NAMES} == set(rendering.DOCUMENTS)


@pytest.mark.parametrize("name", [name for name in NAMES if "visits" in sample(name)])
def test_the_samples_add_up(name):
    context = sample(name)
    rows = [line["amounts"] for visit in context["visits"] for line in visit["lines"]]
    money = lambda amount: Decimal(amount.replace(",", "").replace("−", "-"))  # noqa: E731
    for column, total in enumerate(context["totals"]["amounts"]):
        assert not total or sum(money(row[column]) for row in rows) == money(total)


def test_the_same_words_give_the_same_bytes_after_other_documents():
    first = render("invoice.online")
    render("statement", paper="a4")
    assert render("invoice.online") == first


def test_another_process_gives_the_same_bytes():
    script = (
        "import json, sys, django; from billing_office.lib import rendering; django.setup();"
        "sys.stdout.buffer.write(rendering.render('reminder', json.load(sys.stdin)))"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "billing_office.settings", "PYTHONHASHSEED": "7"}
    other = subprocess.run(
        [sys.executable, "-c", script],
        input=(SAMPLES / "reminder.json").read_bytes(),
        capture_output=True,
        check=True,
        env=environment,
    )
    assert other.stdout == render("reminder")


def _in_a_child(queue):
    queue.put(render("receipt"))


def test_a_forked_child_renders_and_leaves_its_parents_fonts_alone():
    before = render("receipt")
    folder = renderer._renderer().fonts._folder  # WeasyPrint's own copy of the fonts, deleted with its configuration
    held = sorted(folder.iterdir())
    forked = multiprocessing.get_context("fork")
    queue = forked.Queue()
    child = forked.Process(target=_in_a_child, args=(queue,))
    child.start()
    assert queue.get(timeout=30) == before
    child.join()
    assert held and sorted(folder.iterdir()) == held


# -- what a document never does ---------------------------------------------------------------------------------------


@pytest.fixture
def canary():
    """A server on loopback that notes every request it gets."""
    hits = []

    class Canary(BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/x.svg", hits
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "data:text/plain,x", "asset:regular", "asset:qr", "/etc/passwd"]
)
def test_the_fetcher_refuses_whatever_it_was_not_handed(address):
    with pytest.raises(rendering.Refused):
        assets.OwnAssets(logo=b"<svg/>").fetch(address)


def test_markup_that_asks_for_a_foreign_resource_stops_the_document(canary):
    address, hits = canary
    markup = f'<html lang="en"><title>x</title><img alt="x" src="{address}">'
    with pytest.raises(FatalURLFetchingError):
        HTML(string=markup, url_fetcher=assets.OwnAssets()).write_pdf()
    assert hits == []
    HTML(string=markup).write_pdf()
    assert hits, "the canary sings when nothing holds the document back"


@pytest.mark.parametrize("name", NAMES)
def test_hostile_words_are_words(name, canary):
    address, hits = canary
    attack = f"\"><img src={address}><link rel=attachment href=file:///etc/passwd><style>@import '{address}'</style>"

    def poisoned(value):
        if isinstance(value, dict):
            kept = ("lang", "url", "when", "column_class", "tone")
            return {key: item if key in kept else poisoned(item) for key, item in value.items()}
        if isinstance(value, list):
            return [poisoned(item) for item in value]
        return value + attack if isinstance(value, str) else value

    pdf = opened(render(name, poisoned(sample(name))))
    assert hits == []
    assert "/EmbeddedFiles" not in pdf.Root.get("/Names", {})
    assert b"root:" not in b"".join(s.read_bytes() for s in pdf.objects if isinstance(s, pikepdf.Stream))
    assert "<link" in str(pdf.docinfo["/Title"])


def test_a_logo_reaches_nothing_either(canary):
    address, hits = canary
    logo = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><image href="{address}" width="9"/></svg>'
    render("receipt", logo=logo.encode())
    assert hits == []


def test_an_office_has_its_own_logo():
    logo = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4" fill="#7a1f5c"/></svg>'
    )
    assert render("receipt", logo=logo) != render("receipt")
    assert render("receipt", logo=logo) == render("receipt", logo=logo)


# -- the slip: no link and no code that leads nowhere -----------------------------------------------------------------


def test_a_slip_without_address_has_no_link_and_no_code():
    pdf = opened(render("invoice"))
    assert links(pdf) == []
    assert images(pdf) == ["Riverbend Family Practice logo"]


def test_a_slip_with_an_address_has_both():
    pdf = opened(render("invoice.online"))
    assert links(pdf) == ["https://pay.riverbend.example/k3Fq8w"]
    assert sample("invoice.online")["slip"]["qr_alt"] in images(pdf)


@reads_text
def test_without_slip_help_notes_and_small_print_a_document_still_stands():
    context = sample("invoice")
    for key in ("slip", "help", "notes", "fine"):
        del context[key]
    printed = text(render("invoice", context))
    assert "Amount due now" in printed
    assert "Enclosed" not in printed and "Need help" not in printed


@reads_text
def test_an_office_that_is_no_practice_reads_right():
    printed = text(render("invoice.water")).lower()
    assert [word for word in ("care", "insur", "visit", "patient", "discount") if word in printed] == []


# -- awkward contents -------------------------------------------------------------------------------------------------


@reads_text
def test_a_long_invoice_repeats_its_heads_and_counts_its_pages():
    pdf = render("invoice", with_lines(40))
    pages = pdftotext(pdf, "-layout").split("\f")[:-1]
    assert len(pages) == 2
    for number, page in enumerate(pages, 1):
        assert re.search(r"Billed\s.*You owe", page)
        assert f"Page {number} of 2" in page
    assert "Riverbend Family Practice · Invoice INV-2027-000412" in pages[1]
    assert "Enclosed $" in pages[1] and "Enclosed $" not in pages[0]


def words_at(pdf):
    """Each word of the first page with its box (left, top, right, bottom), in points."""
    page = pdftotext(pdf, "-bbox", "-l", "1")
    edges = r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)"'
    return [(word, *map(float, box)) for *box, word in re.findall(rf"<word {edges}>(.*?)</word>", page)]


def overprinted(words):
    """Pairs of words that stand on one another: half a line high and more than a point wide."""
    return [
        (one, other)
        for i, (one, left, top, right, bottom) in enumerate(words)
        for other, left2, top2, right2, bottom2 in words[i + 1 :]
        if min(right, right2) - max(left, left2) > 1
        and min(bottom, bottom2) - max(top, top2) > 0.5 * min(bottom - top, bottom2 - top2)
    ]


def long_names():
    context = with_lines(5)
    context["to"] = (
        f"{LONG}\nApartment 1407, Building C, The Residences\n1200 North Shore Boulevard West\nFairhaven, OH"
    )
    context["office"]["name"] = "The Greater Fairhaven and Lakeside Counties Joint Billing Office"
    line = "1200 North Shore Boulevard West, Building C, Suite 1407, Old Harbor, Fairhaven, OH 44077-1234, USA"
    context["office"]["contact"] = f"{line}\n{line}"
    context["visits"][0] |= {"who": LONG, "by": f"Prof. Dr. {LONG}"}
    context["visits"][0]["lines"][0]["what"] = (
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
    )
    context["facts"][2][1] = "Vereinigte Krankenversicherungsgesellschaft der Binnenschiffer"
    context["slip"]["refs"][1][1] = "ST-2027-03-00002137-000000000014"
    return context


def large_amounts():
    context = with_lines(3)
    for line in context["visits"][0]["lines"]:
        line["amounts"] = ["10,000,000,000.00", "−1,225,432.11", "0.00", "9,998,774,567.89"]
    context["ask"]["amount"] = context["slip"]["due"][1] = "$9,998,774,567.89"
    for row in context["settle"]:
        row["amount"] = "$9,998,774,567.89"
    return context


def settled(label, amount, sub):
    """Nothing is asked: a credit, or a bill that insurance paid."""
    context = with_lines(2)
    context |= {"slip": None, "ask": {"label": label, "amount": amount, "by": "Nothing to pay", "sub": sub}}
    context["settle"] = [
        {"label": "You owe for this care", "amount": "$35.32"},
        {"label": label, "amount": amount, "tone": "t"},
    ]
    return context


def named(who):
    """The name wherever a client's name stands, also in a sentence."""
    context = with_lines(3)
    context["to"] = f"{who}\n48 Orchard Lane, Apartment 7\nSpringfield, IL 62704"
    why = f"Why you owe $40.69: {rendering.isolated(who)} has a 20% share (coinsurance) of $203.45."
    context["visits"][0] |= {"who": who, "why": why}
    return context


AWKWARD = {
    "long names": long_names,
    "large amounts": large_amounts,
    "one line": lambda: with_lines(1),
    "forty lines": lambda: with_lines(40),
    "three pages": lambda: with_lines(90),
    "nothing due": lambda: settled("Amount due now", "$0.00", "Your insurance paid all of it."),
    "a credit": lambda: settled(
        "Your credit", "$45.00", "We send it back within 30 days, or keep it for your next bill: you choose."
    ),
    "Arabic": lambda: named("محمد عبد الرحمن الأنصاري"),
    "Hebrew": lambda: named("שרה כהן"),
    "Chinese and Korean": lambda: named("陳大文 · 김민준"),
    "an emoji": lambda: named("Zoë 🌻 Müller-Łukasiewicz"),
    "Greek and Cyrillic": lambda: named("Ελένη Παπαδοπούλου · Олександра Шевченко"),
}


@pytest.mark.parametrize("case", AWKWARD)
def test_an_awkward_document_is_a_tagged_pdf_too(case):
    pdf = opened(render("invoice", AWKWARD[case]()))
    assert len(pdf.pages) == {"forty lines": 2, "three pages": 3}.get(case, 1)
    assert b"pdfuaid:part" in pdf.Root.Metadata.read_bytes()
    assert pdf.Root.MarkInfo.Marked and len(elements(pdf, "H1")) == 1
    assert {head.A.Scope for head in elements(pdf, "TH")} == {"/Column", "/Row"}
    assert all(images(pdf))
    assert len(elements(pdf, "TR")) >= len(pdf.pages)


@reads_text
@pytest.mark.parametrize(
    "case, font", [("Chinese and Korean", "fonts-noto-cjk"), ("an emoji", "fonts-noto-color-emoji")]
)
def test_letters_of_every_script_are_in_the_document(case, font):
    """With the fonts that the README names; without them a box stands for each letter, and what is copied is right all the same."""
    pdf = render("invoice", AWKWARD[case]())
    who = AWKWARD[case]()["visits"][0]["who"].split()[0]
    assert who in text(pdf)
    if not shutil.which("dpkg") or subprocess.run(["dpkg", "-s", font], capture_output=True, check=False).returncode:
        pytest.skip(f"{font} is not installed: boxes are not looked for")
    listed = subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert "Noto" in listed


@reads_text
@pytest.mark.parametrize("paper, width", [("letter", 612), ("a4", 595)])
@pytest.mark.parametrize("case", [*NAMES, *AWKWARD])
def test_every_word_has_its_place_on_the_page(case, paper, width):
    context = AWKWARD[case]() if case in AWKWARD else sample(case)
    words = words_at(render("invoice" if case in AWKWARD else case, context, paper))
    assert len(words) > 50
    left, right = MARGINS
    assert [word for word, low, _, high, _ in words if low < left or high > width - right] == []
    assert overprinted(words) == []


@reads_text
@pytest.mark.parametrize(
    "who", ["\u202eשרה כהן 100.00", "محمد عبد الرحمن", "\u2067\u202e100.00", "Zoë\u200f \u202dMüller"]
)
def test_a_name_turns_no_amount_around(who):
    context = with_lines(3)
    context["visits"][0] |= {
        "who": who,
        "why": f"Why you owe $40.69: {rendering.isolated(who)} has a share of $203.45.",
    }
    context["lead"] = f"{who} owes $70.24 of $635.00."
    context["to"] = f"{who}\n17 Chestnut Court"
    printed = text(render("invoice", context))
    for amount in ("$40.69", "$203.45", "$70.24", "$635.00", "31.04", "−124.16"):
        assert amount in printed


def test_a_name_keeps_its_letters_but_not_its_controls():
    assert rendering.plain({"who": ["a\u202eb", "c\u2069d"]}) == {"who": ["ab", "cd"]}
    assert rendering.isolated("שרה\u202e") == "\u2068שרה\u2069"


def test_control_characters_do_no_harm():
    context = sample("receipt")
    context["lead"] = context["kind"] = "a\x00b\x1bc\td\r\ne"
    pdf = opened(render("receipt", context))
    assert str(pdf.docinfo["/Title"]).startswith("abc d")


@reads_text
def test_nothing_due_is_said_and_not_asked():
    context = with_lines(2)
    context |= {"slip": None, "ask": {"label": "Amount due now", "amount": "$0.00", "by": "Nothing to pay"}}
    context["settle"] = [{"label": "Amount due now", "amount": "$0.00", "tone": "t"}]
    printed = text(render("invoice", context))
    assert "$0.00" in printed and "Nothing to pay" in printed and "Enclosed" not in printed


def test_a_runaway_document_is_refused_with_words():
    assert ready(with_lines(500), "letter")
    with pytest.raises(rendering.TooLong, match="501 lines; at most 500"):
        render("invoice", with_lines(501))
    wordy = sample("reminder")
    wordy["paragraphs"] = ["word " * 50_000]
    with pytest.raises(rendering.TooLong, match="characters"):
        render("reminder", wordy)


@pytest.mark.parametrize(
    "name, paper", [("base", "letter"), ("../base", "letter"), ("_slip", "letter"), ("invoice", "a5")]
)
def test_only_documents_on_known_paper_are_rendered(name, paper):
    with pytest.raises(ValueError, match="no document"):
        rendering.render(name, sample("invoice"), paper)


def test_the_context_given_stays_as_it_was():
    context = sample("invoice")
    render("invoice", context)
    assert context == sample("invoice")


# -- fonts ------------------------------------------------------------------------------------------------------------


def test_two_processes_make_the_same_fonts_at_once(tmp_path):
    script = (
        "import sys, pathlib; from billing_office.lib.rendering import fonts; fonts.ensure(pathlib.Path(sys.argv[1]))"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "billing_office.settings"}
    makers = [subprocess.Popen([sys.executable, "-c", script, tmp_path / "fonts"], env=environment) for _ in range(2)]
    assert [maker.wait(60) for maker in makers] == [0, 0]
    paths = fonts.ensure(tmp_path / "fonts")
    assert sorted(paths) == sorted((tmp_path / "fonts").iterdir())  # no half-made file is left
    for path in paths:
        font = fonts.TTFont(path)
        assert len({font["hmtx"][font.getBestCmap()[ord(figure)]][0] for figure in "0123456789"}) == 1
        assert {ord(letter) for letter in "Aąß€Ωжю−"} <= set(font.getBestCmap())
    made = [path.stat().st_mtime_ns for path in paths]
    fonts.ensure(tmp_path / "fonts")
    assert [path.stat().st_mtime_ns for path in paths] == made
