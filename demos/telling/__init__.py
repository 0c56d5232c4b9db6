"""How the demos are told: captions, pictures, presets, and the words that students use for them."""
