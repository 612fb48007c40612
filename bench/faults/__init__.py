"""The whole product under load while its parts are killed, stopped, slowed down and cut off; then a checker looks."""
