"""Into the book from what treasuries export: workbooks and CSV files, checked to the last cell."""
