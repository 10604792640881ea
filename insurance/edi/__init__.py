"""X12: bytes in, data out, and back. Pure Python: no Django, no network, no clock. Reading never raises; it finds."""
