"""What `firebreak check` looks at: each look gives findings, in words and with the cure."""
