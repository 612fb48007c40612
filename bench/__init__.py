"""What is measured, one command each: `python -m bench.chat`. One JSON object a line on stdout, all else on stderr."""
