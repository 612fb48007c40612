"""What every room stands on. Imports no room."""
