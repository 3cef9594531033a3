"""The lead store: migrations, LeadStore, ledger. With screening/, the only SQL in the project."""
