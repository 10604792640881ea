#!/usr/bin/env python3
"""`python3 manage.py up` and `python3 manage.py test`; every other command is Django's."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billing_office.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
