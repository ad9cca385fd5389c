"""How a dialogue becomes sound: what has to be spoken, how it is spoken, stored and captioned."""
