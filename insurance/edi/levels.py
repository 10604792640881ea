"""The HL tree of an eligibility set: payer, provider, subscriber, dependent, each with the segments of its own level."""

from dataclasses import dataclass, field

from . import parties
from .envelope import Transaction
from .findings import Notes, quoted
from .parties import DEPENDENT, PAYER, PROVIDER, SUBSCRIBER, Party
from .segments import Segment

OF_CODE = {"20": "source", "21": "receiver", "22": "subscriber", "23": "dependent"}
CODE_OF = {level: code for code, level in OF_CODE.items()}
OF_ENTITY = {PAYER: "source", PROVIDER: "receiver", SUBSCRIBER: "subscriber", DEPENDENT: "dependent"}
DEPTH = {level: depth for depth, level in enumerate(CODE_OF)}


@dataclass
class Level:
    """`name` is one of source, receiver, subscriber, dependent; "" for what stands before any of them."""

    name: str
    id: str = ""
    parent: "Level | None" = None
    children: int = 0
    segments: list[Segment] = field(default_factory=list)
    party: Party | None = None

    @property
    def own(self) -> list[Segment]:
        """Its segments before its first benefit."""
        first = next((at for at, segment in enumerate(self.segments) if segment.name == "EB"), len(self.segments))
        return self.segments[:first]

    def above(self, name: str) -> "Level | None":
        """This level or the one over it that is called so."""
        level = self
        while level is not None and level.name != name:
            level = level.parent
        return level


def read(transaction: Transaction, notes: Notes) -> list[Level]:
    """The levels in the order of the file; the first holds what stands before them (BHT)."""
    body = [segment for segment in transaction.segments if segment.name not in ("ST", "SE")]
    has_levels = any(segment.name == "HL" for segment in body)
    if not has_levels:
        first = transaction.segments[0].number
        notes.error(first, "The set has no HL; who is meant was taken from the names (NM1) alone.")
    tree = _Tree(notes)
    within = False  # LS … LE: what is named there belongs to a benefit
    for segment in body:
        within = segment.name == "LS" or (within and segment.name not in ("LE", "HL"))
        if segment.name == "HL":
            tree.add(segment)
            continue
        if not has_levels and not within and segment.name == "NM1" and segment.get(1) in OF_ENTITY:
            tree.hang(Level(OF_ENTITY[segment.get(1)]))
        tree.levels[-1].segments.append(segment)
    for level in tree.levels[1:]:
        level.party = parties.read(level.own, notes)
    return tree.levels


class _Tree:
    def __init__(self, notes: Notes):
        self.notes, self.levels = notes, [Level("")]
        self.by_id: dict[str, Level] = {}
        self.latest: dict[str, Level] = {}

    def add(self, hl: Segment):
        level = Level(OF_CODE.get(hl.get(3), "subscriber"), hl.get(1))
        if hl.get(3) not in OF_CODE:
            self.notes.error(hl.number, f"HL03 is {quoted(hl.get(3))}; 20 to 23 was expected. Taken as 22, subscriber.")
        named = self.by_id.get(hl.get(2))
        if named is not None and DEPTH[named.name] < DEPTH[level.name]:
            level.parent = named
        elif hl.get(2) or level.name != "source":
            told = f"HL02 is {quoted(hl.get(2))}, which is no level above; the nearest before it was taken."
            self.notes.error(hl.number, told)
        self.hang(level)

    def hang(self, level: Level):
        """Put it under its parent, else under the nearest before it that stands higher."""
        if level.parent is None:
            higher = [name for name in DEPTH if DEPTH[name] < DEPTH[level.name] and name in self.latest]
            level.parent = self.latest[higher[-1]] if higher else None
        if level.parent is not None:
            level.parent.children += 1
        self.latest = {name: other for name, other in self.latest.items() if DEPTH[name] < DEPTH[level.name]}
        self.latest[level.name] = self.by_id[level.id] = level
        self.levels.append(level)


def write(names: list[str]) -> list[list[str]]:
    """HL segments for one branch: names of levels from the top down, each the parent of the next."""
    return [
        ["HL", str(at), str(at - 1) if at > 1 else "", CODE_OF[name], "1" if at < len(names) else "0"]
        for at, name in enumerate(names, 1)
    ]
