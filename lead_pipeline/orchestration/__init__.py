"""Dagster and nothing else: assets, checks, partitions, jobs, sensors, resources. No logic of imports."""
