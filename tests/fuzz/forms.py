"""The forms of a page as a browser would send them: fields with their kinds and the values they came with."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID_TYPES = {"submit", "button", "reset", "image", "search"}


@dataclass
class Field:
    name: str
    kind: str  # money, day, email, choice, tick, key, text
    value: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """`.forms` is a list of (action, {name: Field}, buttons) of the page's POST forms."""

    def __init__(self, page: str):
        super().__init__()
        self.forms, self._now, self._select, self._area = [], None, None, None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self._now = (a.get("action") or "", {}, []) if a.get("method", "").lower() == "post" else None
            if self._now:
                self.forms.append(self._now)
        if self._now is None:
            return
        if tag == "input":
            self._input(a)
        elif tag == "button" and a.get("name"):
            self._now[2].append((a["name"], a.get("value", "")))
        elif tag == "select" and a.get("name"):
            self._select = self._field(a["name"], "choice")
        elif tag == "option" and self._select:
            value = a.get("value", "")
            self._select.options.append(value)
            if "selected" in a:
                self._select.value.append(value)
        elif tag == "textarea" and a.get("name"):
            self._area = self._field(a["name"], "text")
            self._area.value = [""]

    def handle_data(self, data):
        if self._area:
            self._area.value[0] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self._now = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def _field(self, name, kind) -> Field:
        return self._now[1].setdefault(name, Field(name, kind))

    def _input(self, a):
        kind, name = a.get("type", "text"), a.get("name")
        if not name or kind in VOID_TYPES or name == "csrfmiddlewaretoken":
            return
        if kind in ("checkbox", "radio"):
            one = self._field(name, "tick" if kind == "checkbox" else "choice")
            one.options.append(a.get("value", "on"))
            if "checked" in a:
                one.value.append(a.get("value", "on"))
            return
        css = a.get("class", "").split()
        kinds = {"hidden": "key", "date": "day", "email": "email"}
        found = "money" if "money" in css or a.get("inputmode") == "decimal" else kinds.get(kind, "text")
        self._field(name, found).value = [a["value"]] if a.get("value") else []
