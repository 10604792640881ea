"""What a client is told before a service: cheaper ways, duties, who acknowledged it; kept as it was told."""
