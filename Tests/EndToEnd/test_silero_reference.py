"""The scores that the Swift tests compare with are those of the plain forward pass."""
import numpy

import silero_reference


def test_the_recorded_scores_are_those_of_the_plain_forward_pass():
    recorded = numpy.fromfile(silero_reference.SCORES, "<f4")
    computed = silero_reference.scores()
    assert len(recorded) == 18_750
    assert numpy.abs(recorded - computed).max() < 1e-6
