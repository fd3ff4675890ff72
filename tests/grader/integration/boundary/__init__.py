"""The boundary with a real student process at its other end."""
