"""A profile or a sample file made for somebody to look over: nothing here is imported, staged or stored."""
