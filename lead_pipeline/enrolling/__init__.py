"""What happens to a lead once it is there: destinations, enrollments, who is due."""
