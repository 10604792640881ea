"""One act on many rows of a list: ticked, counted, done at once or by a worker, and told row by row."""
