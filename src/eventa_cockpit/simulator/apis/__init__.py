"""The upstreams' HTTP APIs in their vendors' own shapes, one module a vendor, answered from the world."""
