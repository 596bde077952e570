"""What a speaking user runs: NumPy and ONNX Runtime, no torch."""
