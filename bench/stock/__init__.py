"""The same Rasa project as Rasa starts it by itself, to compare with. See README.md here."""
