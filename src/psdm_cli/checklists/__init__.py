"""Checklists: definitions (YAML files beside this one, or a team's own), and the engine that says how a run stands."""
