"""What runs say of their imports besides materializations and checks: tags, and the trends of sources."""
