"""What says who may use the workbench: kept in the home, for its owner alone."""
