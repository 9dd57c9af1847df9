"""The rules and the vocabulary: pure functions and frozen models."""
