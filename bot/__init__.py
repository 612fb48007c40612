"""Firebreak: a support bot that answers, hands over, and raises the alarm before complaints become a crisis."""

VERSION = "0.1.0"
