internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASTorch

/// Seconds and memory of a prediction tile by tile: with the network {2,0,2} of p 3 and residual connections, and
/// with a stand-in that takes no time.
///
/// `Documentation/measurements/sliding-window/monai_window.py` measures the same network with MONAI.
struct SlidingWindowBench {
    let json: Bool
    /// Of the image, and of a tile.
    let size: Extent
    let patch: Extent
    let classes: Int
    /// Channels of the first block.
    let n: Int
    let precision: Precision
    let threads: Int
    let device: Device

    struct Row: Encodable {
        let schema = 1
        let workload = "predict"
        let peer = "segnas3d"
        var device: String
        /// Along x, y and z.
        var size: SIMD3<Int>
        var patch: SIMD3<Int>
        var classes: Int
        /// The network, or "none" for the stand-in.
        var network: String
        var precision: String
        var tiles: Int
        var seconds: Double
        var networkSeconds: Double
        /// The process's resident memory at its largest.
        var peakBytes: UInt64
    }

    func run() throws {
        let network = SegNAS(n: n, p: 3, sup: false, res: true, block: try BlockGraph([2, 0, 2]))
        try measure("none", nil)
        try measure(
            "\(network)", NetworkPlan(.segnas(network), channels: 1, classes: classes))
    }

    private func measure(_ network: String, _ plan: NetworkPlan?) throws {
        let tiles = try SyntheticTiles(
            plan, classes: classes, size: size.xyz, patch: patch.xyz, precision: precision,
            scoreBytes: 1 << 30, threads: threads, device: device)
        try TensorMemory.trim()
        _ = ResidentMemory.restartPeak()
        let cost = try tiles.run()
        let row = Row(
            device: "\(device)", size: size.xyz, patch: patch.xyz, classes: classes,
            network: network,
            precision: "\(precision.dtype(on: device))", tiles: cost.calls,
            seconds: cost.seconds, networkSeconds: cost.networkSeconds,
            peakBytes: ResidentMemory.peak())
        try Bench.show(row, json: json, text: text(row))
    }

    private func text(_ row: Row) -> String {
        "predict \(size) by \(patch), \(classes) classes, network \(row.network): "
            + "\(decimal(row.seconds, 2)) s, \(decimal(row.networkSeconds, 2)) s of them in the network, "
            + "\(row.tiles) tiles, process at most \(ByteCount(row.peakBytes))"
    }
}
