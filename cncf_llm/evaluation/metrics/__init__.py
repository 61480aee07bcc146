"""The benchmark's metrics, one a file. One that cannot be computed raises, it never gives 0."""
