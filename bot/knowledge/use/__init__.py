"""What becomes of an article once customers are answered with it."""
