"""Where signals come from: simulated hearts, WFDB folders, PTB-XL."""
