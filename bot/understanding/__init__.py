"""What a customer's text says about language, anger, urgency, danger and wishes. Pure: text in, facts out."""
