"""What is printed: style, text, ink, and the rendered sheet."""
