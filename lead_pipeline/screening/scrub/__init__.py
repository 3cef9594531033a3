"""Who is left out because of what happened before: records of calls, and the rules of a profile's `scrub:`."""
