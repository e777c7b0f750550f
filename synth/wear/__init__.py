"""What years, people and cameras do to a page."""
