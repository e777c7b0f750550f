"""Reading and writing files: pictures, recordings, results."""
