extension BlockFigure.Operation {
    /// Colour and weight follow the kernel; dilated kernels have holes, and so have their lines.
    var stroke: Stroke {
        switch self {
        case .convolution(let kernel, let dilation):
            Stroke(
                colour: Self.colour(kernel: kernel), width: kernel < 5 ? 1.8 : 2.4,
                dashes: dilation == 1 ? nil : "7 4")
        case .skip: Stroke(colour: .muted, width: 1.6, dashes: "1.5 3.5")
        case .projection: Stroke(colour: .muted, width: 1.6, dashes: "8 3 1.5 3")
        }
    }

    private static func colour(kernel: Int) -> Colour {
        switch kernel {
        case 1: .green
        case 3: .blue
        case 5: .vermillion
        default: .purple
        }
    }
}

extension BlockFigure.Operation {
    /// The order of the legend: convolutions from small to large, then skips.
    var rank: (Int, Int) {
        switch self {
        case .convolution(let kernel, let dilation): (dilation, kernel)
        case .skip: (.max, 0)
        case .projection: (.max, 1)
        }
    }
}
