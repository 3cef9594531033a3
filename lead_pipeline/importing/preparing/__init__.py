"""Imports that somebody prepares step by step before they are handed in."""
