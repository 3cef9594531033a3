"""Texts to canonical values of their type, or the reason why they cannot be read. No limit is looked at here."""
