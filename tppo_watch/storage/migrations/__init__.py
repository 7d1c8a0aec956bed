"""Alembic's folder: `env.py` and one file for each revision. See `tppo_watch.storage.migrate`."""
