"""Cells of suppression lists: whom they name, and what they say about an entry."""
