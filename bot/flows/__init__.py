"""Journeys that cross rooms upwards, one file each."""
