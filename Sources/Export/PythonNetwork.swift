package import SegNASSearch

/// A network as a short program in PyTorch, whose layers are named as in the file of weights.
///
/// One text for each family: it builds the network from the numbers of its plan, so that people can read and change it.
package enum PythonNetwork {
    /// The text of `network.py` for a network; `program` wrote it, and has its version.
    package static func text(_ plan: NetworkPlan, program: String) -> String {
        let family =
            switch plan.family {
            case .segnas(let family): segnas(family)
            case .unet3d(let family): unet(family)
            case .vnet(let family): vnet(family)
            case .nnunet(let family): nnunet(family)
            }
        // PReLU's slopes have a name of their own in the file.
        let rename =
            if case .vnet = plan.family { #".replace("slopes", "act.weight")"# } else { "" }
        return header(plan, program) + family + footer(rename: rename)
    }

    private static func header(_ plan: NetworkPlan, _ program: String) -> String {
        let levels = plan.levels
        let unit = levels.unit
        return """
            \"""\(plan.architecture), in PyTorch; written by \(program).

                network = load()            # for prediction; load().train() to go on training
                scores = network(images)    # [N, \(plan.channels), z, y, x] -> [N, \(plan.classes), z, y, x]
            \"""
            import json
            from collections import OrderedDict
            from pathlib import Path
            import torch
            from torch import nn
            CHANNELS, CLASSES, UNIT = \(plan.channels), \(plan.classes), (\(unit.z), \(unit.y), \(unit.x))
            STRIDES = \(tuples(levels.strides))  # z, y, x
            KERNELS = \(tuples(levels.kernels))  # flat where 1

            """
    }

    private static func footer(rename: String) -> String {
        """

            def forward(self, x):  # padded to multiples of UNIT, and cropped again
                size, short = x.shape[2:], [-n % unit for n, unit in zip(x.shape[2:], UNIT)]
                x = nn.functional.pad(x, [n for s in short[::-1] for n in (s // 2, s - s // 2)])
                return self.scores(x)[(..., *(slice(s // 2, s // 2 + n) for s, n in zip(short, size)))]

        def load(path=Path(__file__).with_name("weights.safetensors")):
            data = Path(path).read_bytes()  # safetensors: length of the header, header, numbers
            start = 8 + int.from_bytes(data[:8], "little")
            network, tensors = Network(), {}
            for name, entry in json.loads(data[8:start]).items():
                if name != "__metadata__":
                    a, b = (start + offset for offset in entry["data_offsets"])
                    numbers = torch.frombuffer(bytearray(data[a:b]), dtype=torch.float32)
                    tensors[name\(rename)] = numbers.reshape(entry["shape"])
            network.load_state_dict(tensors)
            return network.eval()

        """
    }

    private static func tuples(_ triples: [SIMD3<Int>]) -> String {
        "[" + triples.map { "(\($0.z), \($0.y), \($0.x))" }.joined(separator: ", ") + "]"
    }
}
