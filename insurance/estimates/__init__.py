"""What a client will owe for services that are planned, and why: worked out, given, kept."""
