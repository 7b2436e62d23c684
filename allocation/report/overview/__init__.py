"""The report of one to four allocations as one HTML file: what stands on it, and how it is drawn.

``cases.py`` gathers, ``table.py``, ``fairness.py`` and the charts say what is shown, in Chinese and
English at once; ``page.py`` puts it into ``templates/overview.html``.
"""
