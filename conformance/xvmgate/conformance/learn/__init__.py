"""From an unknown medium to the layout table that it needs: `learning` finds it out, `table` writes it."""
