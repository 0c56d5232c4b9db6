"""How a model's file comes to this machine: over HTTP from the hub, or in parts out of packages; always resumable."""
