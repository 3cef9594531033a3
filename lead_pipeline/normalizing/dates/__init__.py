"""Days and moments: how they may be written, and what they are in UTC."""
