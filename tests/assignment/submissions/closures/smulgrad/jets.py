class Jet:
    """A number with its first and second derivative, carried forward through arithmetic."""

    def __init__(self, value, first=0.0, second=0.0):
        self.value, self.first, self.second = value, first, second

    def __add__(self, other):
        other = other if isinstance(other, Jet) else Jet(other)
        return Jet(self.value + other.value, self.first + other.first, self.second + other.second)

    def __mul__(self, other):
        other = other if isinstance(other, Jet) else Jet(other)
        first = self.first * other.value + self.value * other.first
        second = self.second * other.value + 2 * self.first * other.first + self.value * other.second
        return Jet(self.value * other.value, first, second)

    def __pow__(self, n):
        slope, bend = n * self.value ** (n - 1), n * (n - 1) * self.value ** (n - 2)
        return Jet(self.value**n, slope * self.first, bend * self.first**2 + slope * self.second)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other


def second_derivative(f, x):
    return f(Jet(x, 1.0)).second
