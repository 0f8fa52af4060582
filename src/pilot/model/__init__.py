"""The OpenAI-compatible model: settings, choice, client, budget and the reading of replies."""
