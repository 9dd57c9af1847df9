"""Sheets that people bring and that psdm writes: reading CSV and XLSX, and which columns they have."""
