"""AWS emulation in this process: moto, corrected where it differs from AWS."""
