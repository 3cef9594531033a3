"""Dagster and nothing else: assets, checks, partitions, jobs, sensors, resources. Logic belongs in the rooms."""
