"""The book: what was received, issued, paid and spent, and where every yuan is."""
