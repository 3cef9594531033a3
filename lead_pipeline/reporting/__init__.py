"""What people get to see: rejected file, HTML report, charts, summaries. Deciding anything does not belong here."""
