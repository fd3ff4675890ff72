"""Is never done with being imported.

classes: [TestReLU]
seconds: 1
"""

while True:
    pass
