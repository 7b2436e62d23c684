"""From an allocation to dated payments: the legal clock, the schedule, what an officer sends."""
