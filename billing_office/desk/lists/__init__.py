"""How people like their lists: columns, saved filters, what opens by itself. The lists themselves know nothing of it."""
