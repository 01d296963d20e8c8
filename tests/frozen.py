"""Excludes all modules imported so far from garbage collection, so that forked processes do not examine them."""

import gc

gc.collect()
gc.freeze()
