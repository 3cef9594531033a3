"""In which time zones a person may live: by number, postal code, state and country."""
