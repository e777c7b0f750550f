"""From torch to an ONNX file: weights stored in half precision, specification inside."""

from __future__ import annotations

import copy
import json
import logging
import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ecgimg.networks.runtime import METADATA_KEY

logger = logging.getLogger(__name__)


class Ensemble(nn.Module):
    """Mean of the first ``outputs`` logits of its members."""

    def __init__(self, members: Sequence[nn.Module], outputs: int) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.outputs = outputs

    def forward(self, *inputs: Tensor) -> Tensor:
        """The members' inputs -> logits [B, outputs]"""
        return torch.stack([member(*inputs)[:, : self.outputs] for member in self.members]).mean(0)


def deployable(model: nn.Module) -> nn.Module:
    """A float32 copy for inference: batch norms folded into convolutions, weights rounded to half precision.

    Rounding comes before the export, so that the file stores exactly what the torch twin computes with.
    """
    twin = copy.deepcopy(model).cpu().float().eval().requires_grad_(False)
    for module in list(twin.modules()):
        children = list(module.named_children())
        for (name, conv), (after, norm) in pairwise(children):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(module, name, fuse_conv_bn_eval(conv, norm))
                setattr(module, after, nn.Identity())
    for parameter in twin.parameters():
        if parameter.ndim > 1:
            parameter.copy_(parameter.half().float())
    return twin


@torch.no_grad()
def load_exported(model: nn.Module, path: Path, *example: Tensor, prefix: str = "") -> None:
    """Loads the weights of an exported twin into its model, the reverse of `deployable` and `export_onnx`.

    The file has no batch norms. Each is set to undo its own normalisation, with the statistics of the examples.

    Args:
        model: a new network of the file's kind; changed in place.
        path: the ONNX file.
        example: the network's inputs, as many as a training batch.
        prefix: of the names in the file, where the model is a part of the file's network.

    Raises:
        ValueError: the file is of another network.
    """
    weights = {k.removeprefix(prefix): v for k, v in stored_weights(path).items() if k.startswith(prefix)}
    hooks = []
    for prefix, module in model.named_modules():
        for (name, conv), (_, norm) in pairwise(module.named_children()):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                shift = weights.pop(".".join(filter(None, (prefix, name, "bias"))), None)
                if shift is None:
                    raise ValueError(f"{path} is of another network")
                hooks.append(norm.register_forward_pre_hook(partial(_undo_norm, shift)))
    missing = {name for name, _ in model.named_parameters()} - set(weights)
    missing = {name for name in missing if not isinstance(model.get_submodule(name.rpartition(".")[0]), nn.BatchNorm2d)}
    unexpected = model.load_state_dict(weights, strict=False).unexpected_keys
    if missing or unexpected:
        raise ValueError(f"{path} is of another network")
    model(*example)
    for hook in hooks:
        hook.remove()


def stored_weights(path: Path) -> dict[str, Tensor]:
    """The weights of an ONNX file by their names in the torch network.

    The exporter transposes the weights of a linear layer on more than two axes and gives them a number for a name; its
    node is named after the layer.
    """
    import onnx

    graph = onnx.load(str(path)).graph
    stored = {t.name.removesuffix(".half"): onnx.numpy_helper.to_array(t) for t in graph.initializer}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in stored:
            stored[f"{_layer_of(node.name)}.weight"] = stored.pop(node.input[1]).T
    return {name: torch.from_numpy(np.array(values, np.float32)) for name, values in stored.items()}


def _layer_of(node: str) -> str:
    """The layer of a node's name: `a.b.1` of `/a/b/b.1/MatMul`, where a sequence's name stands twice."""
    scopes = node.strip("/").split("/")[:-1]
    return ".".join(one for one, inner in pairwise([*scopes, ""]) if not inner.startswith(f"{one}."))


def _undo_norm(shift: Tensor, norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
    """Sets a batch norm so that it only adds `shift` to inputs like these."""
    assert isinstance(norm, nn.BatchNorm2d)
    mean, var = inputs[0].mean((0, 2, 3)), inputs[0].var((0, 2, 3), unbiased=False)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(var)
    norm.weight.copy_((var + norm.eps).sqrt())
    norm.bias.copy_(mean + shift)


def export_onnx(
    twin: nn.Module,
    inputs: Mapping[str, Tensor],
    outputs: Sequence[str],
    path: Path,
    spec: Mapping[str, Any],
    free: Mapping[str, Mapping[int, str]] | None = None,
) -> None:
    """Writes a deployable twin as ONNX with a free first axis, large weights in half precision.

    Args:
        twin: as `deployable` gives it.
        inputs: an example of each input, by name.
        outputs: names of the outputs.
        path: the file to write.
        spec: specification stored in the file's metadata as JSON.
        free: names of further axes of free length, by input or output and axis.
    """
    import onnx

    axes = {name: {0: "batch", **(free or {}).get(name, {})} for name in (*inputs, *outputs)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of shapes that are constant here by design
        torch.onnx.export(
            twin, tuple(inputs.values()), str(path), input_names=list(inputs), output_names=list(outputs),
            dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
    model = onnx.load(str(path))
    store_half(model)
    entry = model.metadata_props.add()
    entry.key, entry.value = METADATA_KEY, json.dumps(dict(spec))
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    logger.info("wrote %s, %.1f MB", path, path.stat().st_size / 1e6)


def store_half(model: Any) -> None:
    """Replace large float32 initializers of an ONNX model by half precision and a cast that is folded at loading.

    Only numbers that half precision holds exactly are replaced, so that outputs do not change.
    """
    from onnx import TensorProto, helper, numpy_helper

    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < 256 or not np.array_equal(values, values.astype(np.float16)):
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*casts, *nodes])
