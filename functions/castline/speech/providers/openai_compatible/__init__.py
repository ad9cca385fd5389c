"""Provider for any server with OpenAI's speech endpoint: OpenAI, Kokoro-FastAPI, speaches, LocalAI and others."""
