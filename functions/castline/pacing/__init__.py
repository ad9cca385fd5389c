"""Pacing of the requests to speech providers, shared by all tasks of the deployment."""
