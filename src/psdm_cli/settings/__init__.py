"""Settings: the model, the keys, how they are loaded, where files live, tokens."""
