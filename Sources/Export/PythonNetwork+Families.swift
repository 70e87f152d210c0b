internal import SegNASSearch

// The families' networks in PyTorch, each the class Network with its method scores.

extension PythonNetwork {
    static func segnas(_ plan: SegNASPlan) -> String {
        let network = plan.network
        func python(_ flag: Bool) -> String { flag ? "True" : "False" }
        let edges = Edge.all(nodes: network.block.nodes).compactMap { edge -> String? in
            switch network.block[edge.from, edge.to] {
            case .none: nil
            case .skip: "\"\(edge)\": None"
            case .conv(let kernel, let dilation): "\"\(edge)\": (\(kernel), \(dilation))"
            }
        }
        // Blocks of five nodes have up to ten edges: two lines.
        let lines = stride(from: 0, to: edges.count, by: 6).map { first in
            edges[first..<min(first + 6, edges.count)].joined(separator: ", ")
        }
        return """
            N, P, SUP, RES, DROPOUT = \(network.n), \(network.p), \(python(network.sup)), \
            \(python(network.res)), \(network.dropout)
            EDGES = {\(lines.joined(separator: ",\n         "))}  # kernel, dilation

            def layer(i, o, level=0, kernel=1, dilation=1):
                k = [1 if flat == 1 else kernel for flat in KERNELS[level]]
                conv = nn.Conv3d(i, o, k, 1, [n // 2 * dilation for n in k], dilation, bias=False)
                return nn.Sequential(OrderedDict(conv=conv, norm=nn.BatchNorm3d(o), act=nn.ReLU()))

            def linear(i, o, bias=False):
                return nn.Sequential(OrderedDict(conv=nn.Conv3d(i, o, 1, bias=bias)))

            class Block(nn.Module):
                def __init__(self, level, i, o):
                    super().__init__()
                    for edge, conv in EDGES.items():
                        inputs = i if edge[0] == "1" else o
                        skip = nn.Identity() if inputs == o else linear(inputs, o)
                        self.add_module(f"edge{edge}", layer(inputs, o, level, *conv) if conv else skip)
                    self.residual = layer(i, o) if RES and i != o else nn.Identity()
                    self.dropout = nn.Dropout3d(DROPOUT)

                def forward(self, x):
                    nodes = {"1": x}
                    for start, end in sorted(EDGES, key=lambda edge: edge[1]):
                        nodes[end] = nodes.get(end, 0) + getattr(self, f"edge{start}{end}")(nodes[start])
                    y = self.dropout(nodes[max(nodes)])
                    return y + self.residual(x) if RES else y

            class Network(nn.Module):
                def __init__(self):
                    super().__init__()
                    w = [N << level for level in range(P + 1)]  # channels of each level
                    self.encoder = nn.ModuleList(Block(l, w[l - 1] if l else CHANNELS, w[l]) for l in range(P + 1))
                    self.decoder = nn.ModuleList(Block(l, 3 * w[l], w[l]) for l in range(P))
                    self.head = nn.ModuleList(linear(w[l], CLASSES, bias=l == 0) for l in range(P + 1 if SUP else 1))

                def scores(self, x):
                    copies = []
                    for level, block in enumerate(self.encoder):
                        x = block(nn.functional.max_pool3d(x, STRIDES[level - 1]) if level else x)
                        copies.append(x)
                    y = self.head[-1](x) if SUP else None
                    for level in reversed(range(P)):
                        up = nn.Upsample(scale_factor=STRIDES[level])
                        x = self.decoder[level](torch.cat([up(x), copies[level]], 1))
                        y = up(y) + self.head[level](x) if SUP else None
                    return y if SUP else self.head[0](x)

            """
    }

    static func unet(_ plan: UNet3DPlan) -> String {
        """
        WIDTH = \(plan.encoder[0][0].outputs)  # of the first convolution

        def layer(i, o, level):
            k = KERNELS[level]
            conv = nn.Conv3d(i, o, k, padding=[n // 2 for n in k], bias=False)
            return nn.Sequential(OrderedDict(conv=conv, norm=nn.BatchNorm3d(o), act=nn.ReLU()))

        def pair(i, middle, o, level):
            return nn.Sequential(OrderedDict(first=layer(i, middle, level), second=layer(middle, o, level)))

        class Network(nn.Module):
            def __init__(self):
                super().__init__()
                self.encoder, self.decoder = nn.ModuleList(), nn.ModuleList()
                for level in range(len(KERNELS)):
                    w = WIDTH << level
                    self.encoder.append(pair(w if level else CHANNELS, w, 2 * w, level))
                for level, stride in enumerate(STRIDES):
                    w = WIDTH * 2 << level
                    up = nn.Sequential(OrderedDict(conv=nn.ConvTranspose3d(2 * w, 2 * w, stride, stride)))
                    convolutions = pair(3 * w, w, w, level)
                    convolutions.add_module("up", up)
                    self.decoder.append(convolutions)
                self.head = nn.Sequential(OrderedDict(conv=nn.Conv3d(2 * WIDTH, CLASSES, 1)))

            def scores(self, x):
                copies = []
                for level, stage in enumerate(self.encoder):
                    x = stage(nn.functional.max_pool3d(x, STRIDES[level - 1]) if level else x)
                    copies.append(x)
                for level in reversed(range(len(STRIDES))):
                    stage = self.decoder[level]
                    x = torch.cat([stage.up(x), copies[level]], 1)
                    x = stage.second(stage.first(x))
                return self.head(x)

        """
    }

    static func vnet(_ plan: VNetPlan) -> String {
        let encoder = plan.encoder.map { "\($0.convolutions.count)" }.joined(separator: ", ")
        // Decoder stages are listed from the bottom up.
        let decoder = plan.decoder.reversed().map { "\($0.convolutions.count)" }
            .joined(separator: ", ")
        return """
            WIDTH = \(plan.encoder[0].convolutions[0].outputs)  # of the first stage; convolutions of each:
            DEPTHS, UP_DEPTHS = (\(encoder)), (\(decoder))

            def layer(conv, o):
                return nn.Sequential(OrderedDict(conv=conv, norm=nn.BatchNorm3d(o), act=nn.PReLU(o)))

            class Stage(nn.Module):
                def __init__(self, i, o, depth, level):
                    super().__init__()
                    k = [1 if flat == 1 else 5 for flat in KERNELS[level]]
                    self.depth = depth
                    for n in range(depth):
                        conv = nn.Conv3d(o if n else i, o, k, padding=[m // 2 for m in k], bias=False)
                        self.add_module(f"conv{n + 1}", layer(conv, o))

                def forward(self, x):
                    y = x
                    for index in range(1, self.depth):
                        y = self.get_submodule(f"conv{index}")(y)
                    last = self.get_submodule(f"conv{self.depth}")
                    y = last.norm(last.conv(y))
                    return last.act(y + torch.cat([x] * -(-y.shape[1] // x.shape[1]), 1)[:, :y.shape[1]])

            class Network(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.encoder, self.decoder = nn.ModuleList(), nn.ModuleList()
                    for level, depth in enumerate(DEPTHS):
                        w = WIDTH << level
                        self.encoder.append(Stage(w if level else CHANNELS, w, depth, level))
                        if level:
                            s = STRIDES[level - 1]
                            self.encoder[level].down = layer(nn.Conv3d(w // 2, w, s, s, bias=False), w)
                    for level, (s, depth) in enumerate(zip(STRIDES, UP_DEPTHS)):
                        w = WIDTH << level
                        below = 2 * w if level == len(STRIDES) - 1 else 4 * w
                        self.decoder.append(Stage(2 * w, 2 * w, depth, level))
                        self.decoder[level].up = layer(nn.ConvTranspose3d(below, w, s, s, bias=False), w)
                    self.head = nn.Sequential(OrderedDict(conv=nn.Conv3d(2 * WIDTH, CLASSES, 1)))

                def scores(self, x):
                    copies = []
                    for stage in self.encoder:
                        x = stage(stage.down(x) if copies else x)
                        copies.append(x)
                    for stage, copy in zip(reversed(self.decoder), copies[-2::-1]):
                        x = stage(torch.cat([stage.up(x), copy], 1))
                    return self.head(x)

            """
    }

    static func nnunet(_ plan: NNUNetPlan) -> String {
        let widths = plan.decoder.reversed().map { "\($0.up.outputs)" }
        let bottom = plan.decoder[0].up.inputs
        let isResidual = plan.stem != nil
        return """
            WIDTHS = (\((widths + ["\(bottom)"]).joined(separator: ", ")))  # of each stage, from the top down

            def layer(i, o, level, stride=1, act=True, skip=False):
                k = (1, 1, 1) if skip else KERNELS[level]
                conv = nn.Conv3d(i, o, k, stride, [n // 2 for n in k], bias=not skip)
                parts = OrderedDict(conv=conv, norm=nn.InstanceNorm3d(o, affine=True))
                return nn.Sequential(OrderedDict(parts, act=nn.LeakyReLU(0.01)) if act else parts)

            \(isResidual ? residualEncoder(plan) : plainEncoder)
            class Network(nn.Module):
                def __init__(self):
                    super().__init__()
                    strides = [(1, 1, 1)] + STRIDES
                    above = \(isResidual ? "(WIDTHS[0], *WIDTHS)" : "(CHANNELS, *WIDTHS)")
            \(isResidual ? "        self.stem = layer(CHANNELS, WIDTHS[0], 0)\n" : "")\
                    self.encoder = nn.ModuleList(stage(above[l], w, l, strides[l]) for l, w in enumerate(WIDTHS))
                    self.decoder, self.head = nn.ModuleList(), nn.ModuleList()
                    for level, s in enumerate(STRIDES):
                        w = WIDTHS[level]
                        up = OrderedDict(conv=nn.ConvTranspose3d(WIDTHS[level + 1], w, s, s))
                        parts = OrderedDict(up=nn.Sequential(up))
                        for index in range(\(plan.decoder[0].convolutions.count)):
                            parts[f"conv{index + 1}"] = layer(w if index else 2 * w, w, level)
                        self.decoder.append(nn.Sequential(parts))
                        self.head.append(nn.Sequential(OrderedDict(conv=nn.Conv3d(w, CLASSES, 1))))

                def scores(self, x):
                    copies\(isResidual ? ", x = [], self.stem(x)" : " = []")
                    for stage in self.encoder:
                        x = stage(x)
                        copies.append(x)
                    for stage, copy in zip(reversed(self.decoder), copies[-2::-1]):
                        up, *convolutions = stage
                        x = nn.Sequential(*convolutions)(torch.cat([up(x), copy], 1))
                    return self.head[0](x)  # the others are for deep supervision

            """
    }

    private static let plainEncoder = """
        def stage(i, o, level, stride):
            return nn.Sequential(OrderedDict(conv1=layer(i, o, level, stride), conv2=layer(o, o, level)))

        """

    private static func residualEncoder(_ plan: NNUNetPlan) -> String {
        let blocks = plan.encoder.map { "\($0.count)" }.joined(separator: ", ")
        return """
            class Block(nn.Module):
                def __init__(self, i, o, level, stride):
                    super().__init__()
                    self.pool = nn.AvgPool3d(stride, stride)
                    self.conv1, self.conv2 = layer(i, o, level, stride), layer(o, o, level, act=False)
                    self.skip = layer(i, o, level, act=False, skip=True) if i != o else nn.Identity()

                def forward(self, x):
                    return nn.functional.leaky_relu(self.conv2(self.conv1(x)) + self.skip(self.pool(x)), 0.01)

            def stage(i, o, level, stride):
                count = (\(blocks))[level]
                blocks = [Block(o if n else i, o, level, (1, 1, 1) if n else stride) for n in range(count)]
                return nn.Sequential(OrderedDict((f"block{n + 1}", b) for n, b in enumerate(blocks)))

            """
    }
}
