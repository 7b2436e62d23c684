"""Many what-ifs: values for keys of a scenario, every case allocated exactly, nothing lost."""
