"""How fast the office is, each figure beside its floor in the same run. See docs/bench.md for the shape of the result."""
