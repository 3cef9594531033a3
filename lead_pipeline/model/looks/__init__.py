"""What people look at on pages: rows that were left out, imports, days, and how sources do over time."""
