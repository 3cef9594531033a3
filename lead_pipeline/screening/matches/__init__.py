"""What an import does about leads that are there already besides updating them: whose these are, and who comes back."""
