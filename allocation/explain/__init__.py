"""Why an amount is what it is: waterfalls, sensitivity, cliffs, conflicts and repairs, attribution."""  # noqa: E501
