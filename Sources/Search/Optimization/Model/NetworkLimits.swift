internal import SegNASHost

/// Limits on the size and the cost of the networks of a search: known before training, so those beyond cost nothing.
public struct NetworkLimits: Hashable, Codable, Sendable {
    /// The most parameters.
    public var parameters: Int?
    /// The most multiply-adds of a forward pass for one training image, or for one patch.
    public var operations: Int?
    /// The most seconds of that pass, which are its multiply-adds over ``operationsPerSecond``.
    public var predictionSeconds: Double?
    /// Multiply-adds a second, measured when the study was begun, so that it decides alike ever after.
    public var operationsPerSecond: Double?

    public init(
        parameters: Int? = nil, operations: Int? = nil, predictionSeconds: Double? = nil,
        operationsPerSecond: Double? = nil
    ) {
        self.parameters = parameters
        self.operations = operations
        self.predictionSeconds = predictionSeconds
        self.operationsPerSecond = operationsPerSecond
    }

    public var isEmpty: Bool { parameters == nil && operations == nil && predictionSeconds == nil }

    /// Texts of the limits: `200,000 parameters`.
    public var words: [String] {
        [
            parameters.map { "\(grouped($0)) parameters" },
            operations.map { "\(grouped($0)) multiply-adds" },
            predictionSeconds.map { "\(number($0)) s for a prediction" },
        ].compactMap(\.self)
    }

    /// The reason why a network is over a limit; nil if it is within all.
    ///
    /// - Parameters:
    ///   - parameters: Of the network.
    ///   - operations: Multiply-adds of a forward pass.
    /// - Returns: `over the limit of 200,000 parameters`.
    public func excess(parameters: Int, operations: Int) -> String? {
        func reason(_ limit: NetworkLimits) -> String { "over the limit of \(limit.words[0])" }
        if let most = self.parameters, parameters > most {
            return reason(NetworkLimits(parameters: most))
        }
        if let most = self.operations, operations > most {
            return reason(NetworkLimits(operations: most))
        }
        if let most = predictionSeconds, let rate = operationsPerSecond,
            Double(operations) / rate > most
        {
            return reason(NetworkLimits(predictionSeconds: most))
        }
        return nil
    }
}
