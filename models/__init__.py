"""Trained models, one folder each; installed as the package ``tppo_watch_models``. The corpus is not installed."""
