"""The knowledge index: embeddings, search over articles, and the service that offers both over HTTP."""
