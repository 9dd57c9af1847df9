"""Report exports of Kantata as records: what a report holds, what a cell means, and what the rows amount to."""
