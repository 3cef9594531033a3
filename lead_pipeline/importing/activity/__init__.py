"""Drops of call activity, from file to store."""
