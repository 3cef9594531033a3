"""Importing a file step by step in the browser: the steps of each kind of import, and their forms."""
