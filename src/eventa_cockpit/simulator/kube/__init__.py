"""A small Kubernetes cluster: objects with versions, a deployment controller, and what kubectl needs to see of them."""
