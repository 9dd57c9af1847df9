"""An embedded Kantata on loopback with a seeded portfolio; shares no code with the adapters."""
