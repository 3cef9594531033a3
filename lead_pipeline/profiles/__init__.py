"""The bundled import profiles (YAML) and their loader. What a profile *is* belongs in model/profile.py."""
