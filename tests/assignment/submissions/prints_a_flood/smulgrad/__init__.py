for _ in range(100):
    print("debug " * 170_000)
