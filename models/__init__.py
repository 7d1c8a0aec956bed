"""Trained models, a folder each; installed as the package ``tppo_watch_models``, without the corpus."""
