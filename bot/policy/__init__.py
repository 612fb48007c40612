"""The numbers and words that people argue about, in YAML, validated at start."""
