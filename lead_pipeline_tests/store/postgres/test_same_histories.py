"""Both stores leave the same rows, whatever is imported in whichever order."""
