"""The residual of a completion: what a linear map of leads lacks, where whole leads were never recorded.

What it is: a convolutional variational autoencoder of 1.4 M parameters along time. Its output layer began at zero, so
that it adds to the linear map (`ecgimg.networks.completion`) and takes nothing from it. The means of the latent
variables are decoded.

    input   leads [B, 36, T] at 100 Hz: values [12] in mV about each lead's level, 0 where unseen; 1 where seen, else 0
            [12]; estimates of the linear map [12]. T is a multiple of 8
    output  residual [B, 8, T] in mV of I, II and V1 to V6; the other limb leads follow from I and II

Size: 3 MB (`weights/completion-residual.onnx`). Source: the task and the loss are WearECG's (arXiv 2510.11442), the
linear anchor CaLiNet's; the network is this project's. Trained by `ecgimg/train/completion/` on PTB-XL.
"""

from __future__ import annotations

NAME = "completion-residual"
STRIDE = 8
"""The length of the input is a multiple of this."""
