"""Nets as data: shapes are those of the classes, specs survive a checkpoint, traits are what a net takes."""

import inspect

import pytest
import torch

from rainapp.base.errors import BadModel
from rainapp.nets import registry
from rainapp.nets.spec import SHAPES, Condition, NetSpec, WrapperSpec


@pytest.mark.parametrize("arch", SHAPES)
def test_the_shapes_that_a_recipe_may_leave_out_are_those_of_the_class(arch: str) -> None:
    defaults = {
        name: list(parameter.default) if isinstance(parameter.default, tuple) else parameter.default
        for name, parameter in inspect.signature(registry.TRAINED[arch]).parameters.items()
    }
    assert SHAPES[arch] == defaults


def test_every_net_that_can_be_built_can_be_named_in_a_recipe() -> None:
    assert set(SHAPES) == set(registry.TRAINED)


def test_a_spec_with_wrappers_is_built_and_survives_as_plain_values() -> None:
    shape = {"width": 4, "encoder": [1], "middle": 1, "decoder": [1]}
    spec = NetSpec("unshuffle_naf", shape, (WrapperSpec("coim", {"code_size": 6}),))
    assert NetSpec.of(spec.plain()) == spec
    net = registry.build_spec(spec)
    conditions = registry.traits(net).conditions
    assert [str(each) for each in conditions] == ["clear", "code:6"]
    assert [Condition.of(str(each)) for each in conditions] == list(conditions)
    given = {each.name: torch.zeros(2, *each.size) for each in conditions}
    assert net(torch.zeros(2, 3, 16, 16), **given).shape == (2, 3, 16, 16)


@pytest.mark.parametrize("around", [WrapperSpec("frill"), WrapperSpec("coim", {"codes": 3})])
def test_a_wrapper_that_cannot_be_is_told_in_words(around: WrapperSpec) -> None:
    with pytest.raises(BadModel):
        registry.build_spec(NetSpec("prn", {"stages": 2, "channels": 4}, (around,)))


@pytest.mark.parametrize("text", ["", "9:3", "code:x"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="."):
        Condition.of(text)
