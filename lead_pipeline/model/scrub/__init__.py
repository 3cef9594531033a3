"""What a profile says about people who were leads before, or were called before."""
