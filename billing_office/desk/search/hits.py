from dataclasses import dataclass, field


@dataclass(frozen=True)
class Hit:
    """Something found and the page it leads to. `exact`: what was typed is its whole number, so it is what was meant.
    `account` is whose record it shows, for the audit; None where it is nobody's."""

    label: str
    href: str
    number: str = ""
    detail: str = ""
    tag: str = ""
    key: str = ""
    exact: bool = False
    account: int | None = None


@dataclass(frozen=True)
class Group:
    title: str
    icon: str
    hits: list[Hit] = field(default_factory=list)
