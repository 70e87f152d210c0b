internal import SegNASHost
internal import SegNASRandomness

/// Learning curves of real trainings: networks, what they cost, and the validation Dice after each epoch.
///
/// A file of comma-separated values with a header. Its columns are `architecture`, the network as JSON, `parameters`,
/// `multiply_adds`, those of one image's forward pass, `seed`, and then the Dice after epoch 1, 2, … under the
/// epochs' numbers. A network may have several rows, with different seeds.
package struct CurveTable: Sendable {
    /// E.
    package let epochs: Int
    let networks: [MeasuredNetwork]
    /// The smallest space that holds them all, with every operation.
    let space: SearchSpace
    /// The point of each network.
    let points: [[Double]]

    static let columns = ["architecture", "parameters", "multiply_adds", "seed"]

    /// - Throws: ``CurveTableError``
    package init(contentsOf path: String) throws(CurveTableError) {
        let text: String
        do { text = try readText(at: path, limit: 64 << 20) } catch {
            throw CurveTableError(file: path, line: nil, fault: .text(error))
        }
        do { try self.init(text) } catch {
            throw CurveTableError(file: path, line: error.line, fault: error.fault)
        }
    }

    /// The path of a text is not known, and left empty in an error.
    init(_ text: String) throws(CurveTableError) {
        let rows = CSV.rows(of: text)
        let header = rows.first ?? []
        let known = Self.columns.count
        let epochs = header.count - known
        guard Array(header.prefix(known)) == Self.columns, epochs >= 2,
            header.dropFirst(known).elementsEqual((1...epochs).map { "\($0)" })
        else { throw CurveTableError(file: "", line: 1, fault: .header) }
        var trainings: [SegNAS: [MeasuredTraining]] = [:]
        var order: [SegNAS] = []
        for (index, row) in rows.dropFirst().enumerated() {
            do throws(CurveTableFault) {
                let (network, training) = try MeasuredTraining.read(row, epochs: epochs)
                if trainings[network] == nil { order.append(network) }
                trainings[network, default: []].append(training)
            } catch {
                throw CurveTableError(file: "", line: index + 2, fault: error)
            }
        }
        guard order.count > 1 else { throw CurveTableError(file: "", line: nil, fault: .few) }
        self.epochs = epochs
        networks = order.enumerated().map { place, network in
            MeasuredNetwork(network, trainings[network] ?? [], key: UInt64(place))
        }
        let space = SearchSpace(holding: order)
        self.space = space
        points = order.map { network in
            guard let point = try? space.encode(.segnas(network)) else {
                preconditionFailure("a space does not hold what it was made for")
            }
            return point
        }
    }
}

/// One row of a table.
struct MeasuredTraining: Sendable {
    let parameters: Int
    let multiplyAdds: Double
    let dice: [Double]

    fileprivate static func read(
        _ row: [String], epochs: Int
    ) throws(CurveTableFault) -> (SegNAS, MeasuredTraining) {
        let known = CurveTable.columns.count
        guard row.count == known + epochs else {
            throw .fields(row.count, expected: known + epochs)
        }
        let architecture: Architecture
        do { architecture = try Architecture(json: row[0]) } catch { throw .architecture(error) }
        guard case .segnas(let network) = architecture.canonical, network.block.isLegal else {
            throw .network("\(architecture)")
        }
        guard let parameters = Int(row[1]), parameters > 0 else {
            throw .value(row[1], column: CurveTable.columns[1])
        }
        guard let multiplyAdds = Double(row[2]), multiplyAdds > 0, multiplyAdds.isFinite else {
            throw .value(row[2], column: CurveTable.columns[2])
        }
        guard UInt64(row[3]) != nil else { throw .value(row[3], column: CurveTable.columns[3]) }
        var dice: [Double] = []
        for (index, text) in row.dropFirst(known).enumerated() {
            guard let value = Double(text), 0...1 ~= value else {
                throw .value(text, column: "\(index + 1)")
            }
            dice.append(value)
        }
        return (
            network,
            MeasuredTraining(parameters: parameters, multiplyAdds: multiplyAdds, dice: dice)
        )
    }
}

/// A network of a table with all its trainings.
package struct MeasuredNetwork: BenchmarkNetwork {
    let network: SegNAS
    let trainings: [MeasuredTraining]
    package let key: UInt64
    package var multiplyAdds: Double { trainings[0].multiplyAdds }

    fileprivate init(_ network: SegNAS, _ trainings: [MeasuredTraining], key: UInt64) {
        self.network = network
        self.trainings = trainings
        self.key = key
    }

    /// The best Dice of the last half of the epochs, the mean over all trainings.
    var quality: Double {
        let best = trainings.map { $0.dice[($0.dice.count / 2)...].max() ?? 0 }
        return best.reduce(0, +) / Double(best.count)
    }
}

// MARK: - Faults

/// Why a table of curves cannot be used.
package struct CurveTableError: Error, Equatable, CustomStringConvertible {
    let file: String
    let line: Int?
    let fault: CurveTableFault

    package var description: String {
        let place = line.map { ", line \($0)" } ?? ""
        return "\(file)\(place): \(fault.words)".printable
    }
}

enum CurveTableFault: Error, Equatable {
    case text(TextFileFault)
    case header
    case fields(Int, expected: Int)
    case architecture(ArchitectureError)
    case network(String)
    case value(String, column: String)
    case few

    fileprivate var words: String {
        switch self {
        case .text(let fault): "\(fault)"
        case .header:
            "the columns must be \(CurveTable.columns.joined(separator: ", ")), and then 1, 2, … for at least two "
                + "epochs"
        case .fields(let count, let expected):
            "there are \(count) values, and the header has \(expected) columns"
        case .architecture(let error): "the architecture cannot be read: \(error)"
        case .network(let name): "\(name) is no network of a search space that can be built"
        case .value(let text, let column): "\(column) cannot be \(quoted(text))"
        case .few: "a search needs at least two different networks to choose from"
        }
    }
}
