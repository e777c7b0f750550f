"""The tests that every packaged file has to pass; each network inherits them in its own test file.

A subclass gives the network's name, an example input, its output shapes and, for an ONNX file, its torch twin. Stored
outputs lie in `parity/`; `make_parity.py` makes them.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Floats
from ecgimg.io.files import hash_file
from ecgimg.networks.manifest import FOLDER, Weight, list_weights, weight_path
from ecgimg.networks.runtime import Network, load_network, open_network

PARITY = Path(__file__).with_name("parity")
SEED = 20
SAMPLES = 64
"""Values of each output that are stored."""
STORED_TOLERANCE = 1e-3
"""Of outputs on other machines, relative and absolute: kernels sum in other orders there."""
TWIN_TOLERANCE = 1e-4
BATCH_TOLERANCE = 1e-4

Values = Mapping[str, Floats]


def samples(output: Floats, seed: int) -> Floats:
    """SAMPLES values of an output at places drawn from a seed; all of a smaller one."""
    flat = np.asarray(output).ravel()
    places = np.random.default_rng(seed).choice(flat.size, min(SAMPLES, flat.size), replace=False)
    return flat[np.sort(places)]


def stored_path(name: str) -> Path:
    """The file of a network's stored outputs."""
    return PARITY / f"{name}.npz"


class PackagedTests(ABC):
    """Tests of any packaged file; a subclass answers the example by what the package offers."""

    name: ClassVar[str]

    @classmethod
    @abstractmethod
    def example(cls, rng: np.random.Generator, count: int) -> Values:
        """Inputs by name, `count` of them along the first axis."""

    @classmethod
    @abstractmethod
    def answer(cls, inputs: Values, threads: int = 1) -> Values:
        """Outputs by name."""

    @classmethod
    @abstractmethod
    def shapes(cls, inputs: Values) -> Mapping[str, tuple[int, ...]]:
        """Output shapes by name, as the module's docstring has them."""

    @classmethod
    def extremes(cls) -> Iterator[Values]:
        """Inputs on which outputs must be finite: zeros, and strong noise."""
        example = cls.example(np.random.default_rng(SEED), 1)
        yield {name: np.zeros_like(value) for name, value in example.items()}
        rng = np.random.default_rng(SEED + 1)
        yield {name: (10 * rng.standard_normal(value.shape)).astype(np.float32) for name, value in example.items()}

    @classmethod
    def summary(cls) -> dict[str, Any]:
        """What is stored for parity: the seed, and shape and sampled values of each output."""
        answer = cls.answer(cls.example(np.random.default_rng(SEED), 2))
        stored: dict[str, Any] = {"seed": SEED}
        for name, output in answer.items():
            stored[f"{name}.shape"], stored[f"{name}.values"] = output.shape, samples(output, SEED)
        return stored

    @pytest.fixture
    def weight(self) -> Weight:
        return next(w for w in list_weights() if w.name == self.name)

    @pytest.fixture
    def inputs(self) -> Values:
        return self.example(np.random.default_rng(SEED), 2)

    def test_the_file_is_that_of_the_manifest(self, weight: Weight) -> None:
        path = weight_path(self.name)
        assert path == FOLDER / weight.file
        assert path.stat().st_size == weight.size
        assert hash_file(path) == weight.sha256

    def test_it_has_a_card_with_data_and_command(self, weight: Weight) -> None:
        card = (FOLDER / weight.card).read_text(encoding="utf-8")
        assert card.startswith(f"# {weight.file}\n")
        assert re.search("^(- Data:|## Data)", card, re.MULTILINE)
        assert re.search("`ecgimg (train|bench) ", card)

    @pytest.mark.parametrize("count", [1, 3])
    def test_outputs_have_the_documented_shapes(self, count: int) -> None:
        inputs = self.example(np.random.default_rng(count), count)
        assert {name: output.shape for name, output in self.answer(inputs).items()} == dict(self.shapes(inputs))

    def test_the_same_input_gives_the_same_output(self, inputs: Values) -> None:
        first = self.answer(inputs)
        for name, output in self.answer(inputs).items():
            np.testing.assert_array_equal(output, first[name], err_msg=name)

    def test_outputs_are_finite_on_zeros_and_on_noise(self) -> None:
        for inputs in self.extremes():
            for name, output in self.answer(inputs).items():
                assert np.isfinite(output).all(), name

    def test_two_at_once_are_as_one_by_one(self, inputs: Values) -> None:
        both = self.answer(inputs)
        alone = [self.answer({name: value[k : k + 1] for name, value in inputs.items()}) for k in range(2)]
        for name, output in both.items():
            joined = np.concatenate([one[name] for one in alone])
            np.testing.assert_allclose(output, joined, rtol=BATCH_TOLERANCE, atol=BATCH_TOLERANCE, err_msg=name)
            assert not np.array_equal(output[0], output[1]), f"{name} does not depend on the input"

    def test_stored_outputs_are_reproduced(self) -> None:
        with np.load(stored_path(self.name)) as stored:
            ours = self.summary()
            assert set(ours) == set(stored.files)
            for name in stored.files:
                np.testing.assert_allclose(
                    ours[name], stored[name], rtol=STORED_TOLERANCE, atol=STORED_TOLERANCE, err_msg=name
                )


@dataclass(frozen=True)
class Exported:
    """A torch twin with random weights, and the ONNX file that the trainer's own export made of it."""

    twin: Any
    path: Path


class NetworkTests(PackagedTests):
    """Tests of an ONNX file; a subclass gives its example, its shapes and its twin."""

    inputs_and_outputs: ClassVar[tuple[str, ...]]
    """Names of the inputs, then of the outputs."""

    @classmethod
    def export_twin(cls, path: Path) -> Any:
        """Builds the torch twin in the packaged shape, exports it to a path by the trainer's `export`, returns it."""

    @classmethod
    @abstractmethod
    def answer(cls, inputs: Values, threads: int = 1) -> Values:
        return outputs_of(load_network(cls.name, threads), inputs)

    @pytest.fixture(scope="class")
    @classmethod
    def exported(cls, tmp_path_factory: pytest.TempPathFactory) -> Exported:
        torch = pytest.importorskip("torch")
        torch.manual_seed(SEED)
        path = tmp_path_factory.mktemp(cls.name) / f"{cls.name}.onnx"
        return Exported(cls.export_twin(path), path)

    def test_one_thread_or_two_give_the_same(self, inputs: Values) -> None:
        two = self.answer(inputs, threads=2)
        for name, output in self.answer(inputs).items():
            np.testing.assert_allclose(two[name], output, rtol=1e-5, atol=1e-5, err_msg=name)

    def test_its_specification_has_name_data_and_licence(self, weight: Weight) -> None:
        spec = load_network(self.name, 1).spec
        assert spec["network"] == self.name
        assert "PTB-XL" in spec["data"]
        assert spec["licence"] == weight.licence

    def test_inputs_and_outputs_have_the_documented_names(self) -> None:
        session = load_network(self.name, 1).session
        names = (*(i.name for i in session.get_inputs()), *(o.name for o in session.get_outputs()))
        assert names == self.inputs_and_outputs

    @pytest.mark.slow
    def test_the_export_of_the_twin_computes_what_the_twin_does(self, exported: Exported, inputs: Values) -> None:
        import torch

        with torch.no_grad():
            expected = exported.twin(*(torch.from_numpy(value) for value in inputs.values()))
        expected = (expected,) if isinstance(expected, torch.Tensor) else expected
        outputs = outputs_of(open_network(exported.path, 1), inputs)
        for (name, output), tensor in zip(outputs.items(), expected, strict=True):
            np.testing.assert_allclose(output, tensor.numpy(), rtol=TWIN_TOLERANCE, atol=TWIN_TOLERANCE, err_msg=name)

    @pytest.mark.slow
    def test_the_export_of_the_twin_has_the_form_of_the_packaged_file(self, exported: Exported) -> None:
        ours, packaged = open_network(exported.path, 1), load_network(self.name, 1)
        assert interface(ours) == interface(packaged)
        assert set(ours.spec) >= set(packaged.spec)
        assert weights_in(exported.path) == weights_in(weight_path(self.name))


def outputs_of(network: Network, inputs: Values) -> Values:
    """Outputs of a network by name."""
    names = [output.name for output in network.session.get_outputs()]
    return dict(zip(names, network.run(**inputs), strict=True))


def interface(network: Network) -> list[tuple[str, list[int | None]]]:
    """Names and shapes of all inputs and outputs; None for a free axis."""
    ends = (*network.session.get_inputs(), *network.session.get_outputs())
    return [(end.name, [n if isinstance(n, int) else None for n in end.shape]) for end in ends]


def weights_in(path: Path) -> list[tuple[int, ...]]:
    """Shapes of the weights of two axes and more in an ONNX file; equal biases may be stored once."""
    onnx = pytest.importorskip("onnx")
    floats = (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16)
    weights = [tuple(t.dims) for t in onnx.load(str(path)).graph.initializer if t.data_type in floats]
    return sorted(shape for shape in weights if len(shape) > 1)
