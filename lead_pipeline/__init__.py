"""Folder-drop import pipeline for lead lists; nothing is wired or read when this package is imported."""

__version__ = "0.1.0"
