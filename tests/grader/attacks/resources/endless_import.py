"""Is never done with being imported.

classes: [TestReLU]
seconds: 2
"""

while True:
    pass
