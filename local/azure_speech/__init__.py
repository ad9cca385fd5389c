"""Azure Speech on this machine: the service's own protocol, spoken with espeak-ng or with tones."""
