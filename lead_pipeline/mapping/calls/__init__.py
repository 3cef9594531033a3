"""Columns of call logs: what their headers say, and which say what of a call."""
