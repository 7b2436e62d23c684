"""Moving idle money in mid-year to recipients that can still use it (调剂)."""
