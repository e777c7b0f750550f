"""Stage: Measurements -> RuleInterpretation, a protocol of criteria that all cite what they rest on.

`criteria.yaml` is the table of the criteria, for a cardiologist to review; `criteria` loads it. `quantities` gives the
measurements their names in it, `grammar` is its language, `expression` evaluates a criterion, and `interpret.interpret`
is the recipe.
"""
