"""Orientations of random affines, by nibabel: python orientations.py > orientations.json"""
import json

import nibabel
import numpy

generator = numpy.random.default_rng(1)
cases = []
while len(cases) < 300:
    # From hardly tilted axes to arbitrary ones, with shear.
    tilt = generator.choice([0, 0.1, 0.5, 2])
    axes = numpy.eye(3)[generator.permutation(3)] * generator.choice([-1, 1], 3)
    axes = axes + tilt * generator.normal(size=(3, 3))
    affine = numpy.eye(4)
    affine[:3, :3] = axes * generator.uniform(0.3, 5, 3)
    affine[:3, 3] = generator.normal(size=3) * 100
    affine = affine.round(6)
    unit = affine[:3, :3] / numpy.linalg.norm(affine[:3, :3], axis=0)
    if abs(numpy.linalg.det(unit)) > 1e-3:
        cases.append({"affine": affine.tolist(), "codes": "".join(nibabel.aff2axcodes(affine))})
print(json.dumps(cases))
