"""Django's, which also knows the short names under which modules import gettext_lazy and gettext_noop."""

from django.core.management.commands import makemessages

ALIASES = {"gettext": "_", "gettext_lazy": "lazy", "gettext_noop": "noop"}
NOT_OURS = [".venv", "var", "tests", "docs"]


class Command(makemessages.Command):
    xgettext_options = [*makemessages.Command.xgettext_options, *(f"--keyword={name}" for name in ALIASES.values())]

    def handle(self, *args, **options):
        options["ignore_patterns"] = [*options["ignore_patterns"], *NOT_OURS]
        super().handle(*args, **options)
