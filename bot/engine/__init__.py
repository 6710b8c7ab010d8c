"""What to do: pure functions from what happened to what should follow."""
