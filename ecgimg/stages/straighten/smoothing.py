"""Thin plates through measured displacements: values [R, C, 2] with weights [R, C] -> smooth fields [R, C, 2].

A plate goes on straight where nothing is known. Nodes that ink, a dark margin or a crossing shadow displaced get little
weight by robust local regression.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from functools import cache

import cv2
import numpy as np
from scipy.linalg import solveh_banded
from scipy.sparse import coo_matrix, csr_matrix, diags, identity, kron, tril
from threadpoolctl import ThreadpoolController

from ecgimg.datamodel.arrays import Floats
from ecgimg.stages.straighten.constants import STRAIGHTEN


def thin_plate(values: Floats, weight: Floats, reach: float) -> Floats:
    """The plate u [R, C, 2] that minimises sum w (u - v)^2 + reach^4 sum |second differences of u|^2.

    Args:
        values: displacements v [R, C, 2].
        weight: their weights w [R, C], 1 where they are sure.
        reach: distance in nodes over which sure values are averaged.
    """
    bends = _second_differences(*weight.shape)
    return _solve(values, weight, reach**4 * sum(d.T @ d for d in bends))


def robust_weights(values: Floats, weight: Floats) -> Floats:
    """The weights [R, C] of displacements [R, C, 2] in mm, lower at nodes that contradict their neighbours.

    Robust locally weighted regression (Cleveland, J. Am. Stat. Assoc. 74, 829, 1979), in two dimensions: at every node
    a plane is fitted to the nodes around it; a node far from its plane counts less in the next round.
    """
    robust = weight
    for _ in range(STRAIGHTEN.neighbour_rounds):
        distance = np.linalg.norm(values - _local_planes(values, robust), axis=2)
        residual = distance / STRAIGHTEN.neighbour_tolerance_mm
        robust = np.asarray(weight / (1 + residual**2) ** 2, np.float32)
    return robust


def _local_planes(values: Floats, weight: Floats) -> Floats:
    """At every node the plane through the values [R, C, K] around it, weighted by `weight` and their distance."""
    reach = STRAIGHTEN.neighbour_reach_nodes

    def mean(plane: Floats) -> Floats:
        total = cv2.GaussianBlur(weight * plane, (0, 0), reach, borderType=cv2.BORDER_CONSTANT)
        return np.asarray(total / known, np.float64)

    known = cv2.GaussianBlur(weight, (0, 0), reach, borderType=cv2.BORDER_CONSTANT).astype(np.float64) + 1e-9
    y, x = np.mgrid[: weight.shape[0], : weight.shape[1]].astype(np.float64)
    mid_x, mid_y, ridge = mean(x), mean(y), STRAIGHTEN.plane_ridge * reach**2
    xx, yy, xy = mean(x * x) - mid_x**2 + ridge, mean(y * y) - mid_y**2 + ridge, mean(x * y) - mid_x * mid_y
    planes = []
    for value in np.moveaxis(values.astype(np.float64), 2, 0):
        middle = mean(value)
        along_x, along_y = mean(x * value) - mid_x * middle, mean(y * value) - mid_y * middle
        tilt_x, tilt_y = along_x * yy - along_y * xy, along_y * xx - along_x * xy
        planes.append(middle + (tilt_x * (x - mid_x) + tilt_y * (y - mid_y)) / (xx * yy - xy**2))
    return np.stack(planes, axis=2)


def thin_plate_with_creases(values: Floats, weight: Floats, stiffness: float, bend: float) -> Floats:
    """A plate [R, C, 2] that is stiff but may be creased, as folded paper is.

    Bending d costs about stiffness d^2 below `bend` and grows only linearly above it (iteratively reweighted least
    squares for the penalty of Charbonnier et al., IEEE Trans. Image Process. 6, 298, 1997). Single folds stay sharp;
    the even scatter of printed lines, which stand on the printer's dots, is averaged out.
    """
    bends = _second_differences(*weight.shape)
    stiff = [np.ones(d.shape[0]) for d in bends]
    plate = values
    for _ in range(STRAIGHTEN.crease_rounds):
        energy = sum(d.T @ diags(s) @ d for d, s in zip(bends, stiff, strict=True))
        plate = _solve(values, weight, stiffness * energy)
        flat = plate.reshape(-1, plate.shape[2]).astype(np.float64)
        stiff = [1 / np.sqrt(1 + ((d @ flat / bend) ** 2).sum(axis=1)) for d in bends]
    return plate


def _solve(values: Floats, weight: Floats, energy: csr_matrix) -> Floats:
    """The minimum of sum w (u - v)^2 + u' energy u, by the Cholesky factors of a band twice the short side wide."""
    w = weight.ravel().astype(np.float64)
    flat = values.reshape(-1, values.shape[2])
    nodes = np.arange(len(w)).reshape(weight.shape)
    order = (nodes if weight.shape[1] <= weight.shape[0] else nodes.T).ravel()
    lower = coo_matrix(tril(csr_matrix(energy + diags(w + 1e-9))[order][:, order]))
    band = np.zeros((2 * min(weight.shape) + 1, len(w)))
    band[lower.row - lower.col, lower.col] = lower.data
    solved = np.empty(flat.shape, np.float32)
    with _one_blas_thread():
        right = (flat * w[:, None])[order]
        solved[order] = solveh_banded(band, right, lower=True, overwrite_ab=True, check_finite=False)
    return solved.reshape(values.shape)


def _one_blas_thread() -> AbstractContextManager[object]:
    """A context with one BLAS thread: on busy cores, threads that wait for each other take ten times as long as one.

    Workers are started with one thread already, which saves the search for the libraries that have threads.
    """
    if os.environ.get("OPENBLAS_NUM_THREADS") == "1":
        return nullcontext()
    one: AbstractContextManager[object] = _blas().limit(limits=1, user_api="blas")
    return one


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def _second_differences(rows: int, cols: int) -> tuple[csr_matrix, csr_matrix, csr_matrix]:
    """Along x, along y and mixed, each [*, R C]; the mixed ones count twice in a plate's energy."""

    def second(n: int) -> csr_matrix:
        return csr_matrix(diags([1.0, -2.0, 1.0], [0, 1, 2], shape=(n - 2, n)))

    def first(n: int) -> csr_matrix:
        return csr_matrix(diags([-1.0, 1.0], [0, 1], shape=(n - 1, n)))

    along, across = kron(identity(rows), second(cols)), kron(second(rows), identity(cols))
    return csr_matrix(along), csr_matrix(across), csr_matrix(np.sqrt(2) * kron(first(rows), first(cols)))
