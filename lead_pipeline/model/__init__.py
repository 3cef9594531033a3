"""The words every room shares: fields, profile, outcomes, reasons, contracts, errors. No I/O, no other room."""
