# SPDX-License-Identifier: Apache-2.0
"""A small writer of ONNX models: nodes with names that people read, checked, the same bytes every time.

Used with the pinned `onnx` package of .venv (scripts/setup core).
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 13
OLDEST_IR_VERSION = 8  # read by every runtime since 2021; newer opsets ask for more


class Graph:
    """Collects nodes in order. A node `name` with one output writes the tensor `name`, unless told otherwise."""

    def __init__(self, name, inputs, opset=OPSET):
        """inputs: {name: shape}"""
        self.name, self.opset = name, opset
        self.inputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in inputs.items()]
        self.nodes, self.weights, self.outputs = [], [], []

    def weight(self, name, value):
        """Stores a constant and returns its name. Floats are stored as float32."""
        array = np.asarray(value)
        if array.dtype.kind == "f":
            array = array.astype(np.float32)
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def halves(self, name, value):
        """The same, stored with 16 bits."""
        self.weights.append(numpy_helper.from_array(np.asarray(value, np.float16), name))
        return name

    def node(self, kind, name, inputs, output=None, **attributes):
        """Adds a node and returns the name of its (first) output."""
        outputs = [output or name] if isinstance(output, (str, type(None))) else output
        inputs = [inputs] if isinstance(inputs, str) else inputs
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=name, **attributes))
        return outputs[0]

    def conv(self, name, source, weight, bias=None, output=None, **attributes):
        """A convolution with its weights as `name.weight` and `name.bias`."""
        inputs = [source, self.weight(f"{name}.weight", weight)]
        if bias is not None:
            inputs.append(self.weight(f"{name}.bias", bias))
        return self.node("Conv", name, inputs, output, kernel_shape=list(np.shape(weight)[2:]), **attributes)

    def output(self, name, shape=None):
        """Declares an output; without a shape, the one that follows from the graph is filled in."""
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def write(self, path):
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.weights)
        opset = [helper.make_opsetid("", self.opset)]
        version = max(OLDEST_IR_VERSION, helper.find_min_ir_version_for(opset))
        model = helper.make_model(graph, producer_name="eddy", ir_version=version, opset_imports=opset)
        shaped = onnx.shape_inference.infer_shapes(model, strict_mode=True)
        for declared, inferred in zip(graph.output, shaped.graph.output):
            declared.CopyFrom(inferred)
        model.graph.CopyFrom(graph)
        onnx.checker.check_model(model, full_check=True)
        path.write_bytes(model.SerializeToString(deterministic=True))
