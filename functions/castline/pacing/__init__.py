"""Pace of the requests to speech providers, which all tasks of the deployment share."""
