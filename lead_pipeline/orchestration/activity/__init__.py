"""Drops of call activity as an asset, a job and a sensor of Dagster."""
