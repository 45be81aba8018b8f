"""The clients contract (71d431a81ede60c8): camelCase, numeric ids, `{"error"}`, restricted tags."""
