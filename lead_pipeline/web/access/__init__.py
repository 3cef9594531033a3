"""Who may do what: people by sessions, programs by keys."""
