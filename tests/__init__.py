"""The assignment's tests and what they need: adapters, MNIST, the cases."""
