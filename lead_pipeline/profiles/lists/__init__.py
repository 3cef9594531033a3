"""What is said about suppression lists by the folder that they are dropped into."""
