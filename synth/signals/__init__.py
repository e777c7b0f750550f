"""Sources of signals: simulated hearts, folders of WFDB records, PTB-XL."""

from ecgimg.synth.signals.sources import Signal, SignalSource, Simulated, open_source

__all__ = ["Signal", "SignalSource", "Simulated", "open_source"]
