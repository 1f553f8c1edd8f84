"""Reports of drift: `values` is what there is to show, each other module a format."""
