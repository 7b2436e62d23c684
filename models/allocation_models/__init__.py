"""Mathematics of sharing: arrays in, arrays out.

Knows no money, province, file or law. Amounts are whole numbers of any unit; results are exact.
"""
