"""Fit of the model that weighs the evidence on a paper format."""
