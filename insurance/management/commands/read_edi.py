"""manage.py read_edi: what an X12 file holds, and what is wrong with it."""

import json

from django.core.management.base import BaseCommand

from insurance import files
from insurance.edi import envelope
from insurance.edi.envelope import File, Group, Interchange


class Command(BaseCommand):
    help = "List any X12 file: interchanges, groups, transaction sets, findings. Ends with 2 when it is no X12."
    requires_system_checks = ()

    def add_arguments(self, parser):
        files.add_arguments(parser)

    def handle(self, *, file, **options):
        found = envelope.read(files.read(file))
        if options["json"]:
            told = {"interchanges": [as_json(each) for each in found.interchanges]}
            self.stdout.write(json.dumps(told | {"findings": files.as_json(found.findings)}, indent=1))
        if not found.interchanges:
            files.refuse(file)
        if not options["json"]:
            self.stdout.write(files.safe_lines(as_text(found)))


def as_json(interchange: Interchange) -> dict:
    return {
        "sender": interchange.sender,
        "receiver": interchange.receiver,
        "control": interchange.control,
        "groups": [
            {"type": group.type, "version": group.version, "transactions": [
                {"set": each.set, "control": each.control, "segments": len(each.segments)} for each in group.transactions
            ]}
            for group in interchange.groups
        ],
    }  # fmt: skip


def as_text(file: File) -> list[str]:
    lines = []
    for each in file.interchanges:
        test = ", a test" if each.usage == "T" else ""
        lines.append(
            f"Interchange {each.control or '(no number)'} from {each.sender or '?'} to {each.receiver or '?'}{test}"
        )
        for group in each.groups:
            lines += _group(group)
        for told in each.acknowledgments:
            lines.append(f"  Acknowledgment of interchange {told.control}: {told.code}, note {told.note}")
    return [*lines, *files.as_text(file.findings)]


def _group(group: Group) -> list[str]:
    head = (
        f"  Group {group.type or '?'} {group.control}, version {group.version or '?'}: {len(group.transactions)} sets"
    )
    return [
        head,
        *(f"    {each.set or '?'} {each.control}: {len(each.segments)} segments" for each in group.transactions),
    ]
