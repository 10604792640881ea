"""Charges that come again by themselves, until they end: posted, and where wished invoiced, by the office's day."""
