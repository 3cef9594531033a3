"""Suppression lists: what is said about one, and what a profile requires of them."""
