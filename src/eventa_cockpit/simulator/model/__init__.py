"""How eventa behaves: small parts that are stepped in simulated time, pure and reproducible by seed."""
