"""Whom programs are told that an import ended."""
