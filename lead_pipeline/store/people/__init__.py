"""What the store holds of one person."""
