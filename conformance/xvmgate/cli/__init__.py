"""The command `xvmgate`: one module a verb, `main` puts them together, `exits` ends a run."""
