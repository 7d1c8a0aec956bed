"""Rows of posts in, rows of results out: JSON Lines, CSV, Parquet and plain text, one row at a time."""
