"""The trust boundary: the frames, both ends that speak them, and the adapters that the tests see."""
