"""Whole stories through the public door, with the real Rasa and the real models."""
