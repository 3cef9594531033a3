"""Rows that come again: those of a corrected file, and those that are judged again by a changed profile."""
