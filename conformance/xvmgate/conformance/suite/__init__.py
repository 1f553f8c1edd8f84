"""The suite as pytest runs it: `pytest --pyargs xvmgate.conformance.suite`."""
