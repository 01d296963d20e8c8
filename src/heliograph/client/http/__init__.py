"""HTTP of the client: connections of its own for sync calls, and httpx for everything else."""
