"""Files that are received over HTTP, until somebody hands them in."""
