"""Long batteries that kill processes at random instants and look at what is left."""
