"""What programs and pages hand in, and what they are told of it: uploads, states of imports, leads judged at once."""
