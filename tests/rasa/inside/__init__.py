"""What must hold inside Rasa's own Python. Run there by unittest; tests/rasa/test_inside_rasa.py starts it."""
