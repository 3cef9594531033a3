"""What is done with leads after they are imported: destinations with their actions, windows and limits."""
