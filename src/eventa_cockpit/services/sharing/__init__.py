"""One poller for all cockpits of a machine that watch the same thing: the snapshot, the election, the two roles."""
