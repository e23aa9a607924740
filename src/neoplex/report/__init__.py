"""Pages for people: the report of a case, tables that compare cases, the documentation site."""
