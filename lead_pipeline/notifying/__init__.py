"""Telling people how an import ended, or that one waits for them: what a message says, the outbox, the mail server."""
