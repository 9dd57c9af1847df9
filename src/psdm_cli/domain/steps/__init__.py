"""The steps of the forecast call preparation, one module each; catalog.py holds their order."""
