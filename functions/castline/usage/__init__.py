"""Usage of users and of the whole deployment: characters, costs, quotas, and the limits that operators set."""
