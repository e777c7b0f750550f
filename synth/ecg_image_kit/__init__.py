"""Pages that ecg-image-kit draws, with their truth."""
