"""Columns to fields and attributes. Judging the values does not belong here."""
