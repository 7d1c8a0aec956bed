"""One file for each change to the tables, ``NNNN_what_it_does.py``, whose `revision` is the number."""
