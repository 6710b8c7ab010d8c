"""Who does it: the same tasks in one process, or on many machines."""
