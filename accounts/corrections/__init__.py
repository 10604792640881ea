"""Taking off, moving and undoing by a person: with a reason, a look at the effect, and a second person above a limit."""
