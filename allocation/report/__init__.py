"""From a result to what officers hold: frames, terminal tables, CSV, workbook and chart."""
