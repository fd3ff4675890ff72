"""The assignment's tests and their needs: adapters, MNIST, the cases."""
