"""Pictures that are no ECG."""
