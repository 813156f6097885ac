"""What a running installation tells of itself: metrics, traces and logs. Never what people said.

It stands beside the domain and knows nothing of it: any part may count, and none depends on who
looks.
"""
