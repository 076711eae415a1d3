"""What runs inside a supervisor's own process, under `python -I -S`: the standard library only, and little of it."""
