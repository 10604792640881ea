"""Sweeps over an office's accounts by a rule: small balances written off, late fees, interest. Previewed, posted, undone as one."""
