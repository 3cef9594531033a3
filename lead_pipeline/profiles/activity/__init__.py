"""What is said about drops of call activity by the folder that they are dropped into."""
