"""What people do at the workbench before anything is imported: correct rows, prepare an import."""
