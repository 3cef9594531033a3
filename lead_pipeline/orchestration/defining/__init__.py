"""How our assets, checks, jobs and sensors become Dagster's definitions: names, columns, and the component of `dg`."""
