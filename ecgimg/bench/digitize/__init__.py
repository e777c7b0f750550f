"""Benchmark of the digitizer on drawn and on real pages."""
