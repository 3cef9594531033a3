"""Suppression lists: what an entry is matched by, what a version of a list changes, which lists must be there."""
