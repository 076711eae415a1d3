"""AWS as moto serves it, with eventa's resources in it and its database, CDN and metrics taken from the world."""
