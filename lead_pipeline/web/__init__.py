"""Pages to look at and work in, and the HTTP API: thin over LeadPipeline. Nothing is decided or computed here."""
