"""Files of destinations in the home: finding, loading and checking them."""
