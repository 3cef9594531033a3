"""What lies in the inbox: which files are complete, staging them, and which of the staged imports a run is due for."""
