"""The supervisor's room: complaints counted by topic, and the warning while a wave is small."""
