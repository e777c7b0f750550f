"""The evaluation of predictions as a clinical journal asks for it; needs the extra `evaluate`, and no torch."""
