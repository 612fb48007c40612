"""What the product bears: acknowledgements a second, a crowd, ten thousand turns, a cold and a warm start."""
