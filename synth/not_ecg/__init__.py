"""Pictures that are no ECG page, for the quality gate."""
