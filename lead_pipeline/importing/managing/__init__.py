"""What people do to leads that are there: chosen by conditions, changed in one transaction."""
