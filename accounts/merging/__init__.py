"""Two accounts of one client become one: finding them, looking, merging, undoing."""
