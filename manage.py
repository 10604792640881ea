#!/usr/bin/env python3
"""`python3 manage.py up` and `python3 manage.py test`; every other command is Django's.

Only Python itself is needed: the first call makes .venv, installs there what the office needs, and goes on in it.
"""

import os
import sys

from billing_office.launch import bootstrap
from billing_office.launch.trouble import Trouble


def main(argv: list[str]):
    command = argv[1] if len(argv) > 1 else "help"
    if not bootstrap.inside():
        bootstrap.enter("requirements.txt")
    elif command == "test":
        bootstrap.test(argv[2:])
    elif command == "up":
        from billing_office.launch import up

        up.main(argv[2:])
    elif command in ("backup", "restore"):
        from billing_office.launch import backup

        {"backup": backup.back_up, "restore": backup.restore}[command](argv[2:])
    else:
        from billing_office.launch import commands

        commands.run(argv)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billing_office.settings")
    try:
        main(sys.argv)
    except Trouble as trouble:
        sys.exit(f"manage.py: {trouble}")
    except KeyboardInterrupt:
        sys.exit(130)
