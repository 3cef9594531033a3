"""Suppression lists from drop or command to report: settings, reading, loading."""
