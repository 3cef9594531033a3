"""Texts as people write them in files and profiles: what is no part of a value, and patterns for values."""
