"""What each `firebreak` command does. A command yields the lines that it tells the operator."""
