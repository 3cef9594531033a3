"""Making the profile of an import that somebody prepares by choosing what its columns become."""
