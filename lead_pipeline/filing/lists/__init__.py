"""Suppression lists that lie in the inbox: which wait to be loaded, and where they end up."""
