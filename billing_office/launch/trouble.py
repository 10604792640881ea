class Trouble(Exception):
    """Something the person at the terminal can mend: shown as one line, never as a traceback; the exit code is 1."""
