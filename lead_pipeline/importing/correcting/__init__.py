"""Correcting rejected rows where they are looked at: what was changed, what would become of them, handing them in."""
