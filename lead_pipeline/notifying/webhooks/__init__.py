"""Telling programs how an import ended: signed, retried, counts and links only."""
