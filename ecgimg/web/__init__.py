"""The web page and its HTTP API: photos in, results that die after a while. Only this room imports FastAPI."""
