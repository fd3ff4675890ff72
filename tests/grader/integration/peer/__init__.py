"""The trusted end of the boundary against peers that lie, stall or babble."""
