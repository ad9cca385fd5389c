"""Usage of users and of the whole deployment: characters, money, quotas, and the limits that operators set."""
