"""The switch battery: endpoints whose address changes under a visit."""
