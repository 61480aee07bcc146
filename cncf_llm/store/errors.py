"""What can go wrong with stored data."""


class StoreError(Exception):
    """Data is missing, damaged, or cannot be read or written."""


class BusyPartitionError(StoreError):
    """Another run is writing the same partition of the same asset."""
