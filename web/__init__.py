"""What is served: the page, the JSON API and the agents' protocol."""
