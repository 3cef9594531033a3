"""The lead store on PostgreSQL, which several machines write and readers read at any time."""
