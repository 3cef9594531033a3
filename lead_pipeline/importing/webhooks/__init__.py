"""Whom a home tells of its imports over HTTP."""
