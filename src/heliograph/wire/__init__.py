"""What crosses HTTP and nothing else: the operations, their bodies and their answers."""
