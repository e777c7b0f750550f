"""`ecgimg bench waveforms`: what learning without targets is worth where few are known, on simulated waveforms."""
