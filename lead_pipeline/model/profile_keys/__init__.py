"""What a profile is written with: its keys, and what says that two profiles import alike."""
