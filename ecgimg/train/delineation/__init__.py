"""Training of the network that delineates the waves of a lead."""
