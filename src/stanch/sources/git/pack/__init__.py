"""Reading packs without git: every object once, each delta for what it changes."""
