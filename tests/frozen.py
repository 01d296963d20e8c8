"""Excludes what is imported before from garbage collection: the processes that are forked need not examine it."""

import gc

gc.collect()
gc.freeze()
