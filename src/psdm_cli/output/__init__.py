"""Every way of showing a result: console, JSON, Markdown, CSV."""
