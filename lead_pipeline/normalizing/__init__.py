"""Values to canonical values, each with the reason why it has none. No row is judged here: that is validating/."""
