"""The dashboards: what each shows, as figures that are drawn, and given as CSV, the same way."""
