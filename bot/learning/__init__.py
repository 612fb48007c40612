"""Learning from use: what agents correct becomes examples, once the conversation designer says so."""
