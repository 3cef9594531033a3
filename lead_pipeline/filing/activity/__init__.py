"""Where drops of call activity lie, and what is noted of each."""
