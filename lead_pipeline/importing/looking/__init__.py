"""Looking at imports without opening the store: from results, receipts, and the files that lie beside them."""
