"""Where we talk: one folder a service, the same four files in each."""
