"""Bytes to raw rows, every value text. What a column means belongs in mapping/, what a value is in normalizing/."""
