"""Pages made by ecg-image-kit, read back with their truth."""
