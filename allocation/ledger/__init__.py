"""The book: money received, issued, committed, disbursed, spent, carried over and recovered.

One SQLite file, double entry, append-only, in whole fen (law 12). What may never break stands in
``schema.sql`` and is kept by the database itself.
"""
