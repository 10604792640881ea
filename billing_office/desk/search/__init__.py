"""One field for finding and doing: records by name or number, pages and acts by their words. The palette and its page."""
