"""The profile's rules as a pandera schema whose failure cases become reasons. Duplicates belong in screening/."""
