"""Workbooks: opened safely, and read as what a TOML scenario would say."""
