"""What each reason says to people, subject by subject; the registry joins the parts."""
