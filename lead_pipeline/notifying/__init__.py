"""Notifying people of how an import ended, or that it needs approval: composing, the outbox, sending."""
