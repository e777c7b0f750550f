"""Training of the network that reads printed paper speeds and gains."""
