"""One import from drop to report, step by step, for whoever starts it: a scheduler, a command, a page. No Dagster."""
