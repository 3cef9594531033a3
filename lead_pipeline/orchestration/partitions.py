"""The partitions: one per import, one per suppression list. What they consist of is in the manifests, not in a key."""

import dagster as dg

imports_partitions = dg.DynamicPartitionsDefinition(name="imports")
suppression_lists_partitions = dg.DynamicPartitionsDefinition(name="suppression_lists")
