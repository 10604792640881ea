"""An office's own list of accounts, CSV or XLSX: read, looked at, taken over whole or not at all, undone while untouched."""
