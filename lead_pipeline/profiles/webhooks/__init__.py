"""The home's webhooks.yaml."""
