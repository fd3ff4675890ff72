"""What the grader's tests share: services, stores, pages, uploads and load."""
