"""Azure Speech emulator: the service's own protocol, spoken by espeak-ng or by tones."""
