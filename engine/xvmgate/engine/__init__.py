"""What the documented virt-install does: pure functions over frozen values."""
