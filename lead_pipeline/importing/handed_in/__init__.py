"""Files and leads that a page or a program hands in, and where their imports stand."""
