"""The interactions of a site: listed, sorted and searched by the fields of the sites contract."""
