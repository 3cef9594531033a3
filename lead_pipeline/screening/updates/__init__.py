"""How rows change the leads that are there already, and what they change of them."""
