public import SegNASHost
internal import Synchronization

extension PreparedCache {
    /// How far the preparation of a list of cases is.
    public struct Progress: Hashable, Sendable {
        /// Cases that are prepared or have failed.
        public var completed = 0
        public var total: Int
        /// Cases that were in the cache.
        public var found = 0
        public var failed = 0
    }

    /// Prepares cases on several threads; each has one case in memory at a time.
    ///
    /// Where cases cannot be prepared, the others are, and then the faults of all are thrown. A cache that cannot be
    /// written ends the work at once.
    public func prepare(
        _ cases: [Dataset.Case], by preparation: Preparation,
        threads: Int = HostResources.current().cores,
        progress report: @Sendable (Progress) -> Void = { _ in }
    ) throws(PreparationErrors) -> [CasePreparation] {
        let progress = Mutex(Progress(total: cases.count))
        let cacheFault = Mutex<PreparationError?>(nil)
        // Cores that have no case of their own help with the slices of others.
        let inner = max(1, threads / max(1, cases.count))
        let results = concurrentMap(cases.count, threads: threads) {
            index -> Result<CasePreparation, PreparationError>? in
            guard cacheFault.withLock({ $0 }) == nil else { return nil }
            let result = Result { () throws(PreparationError) in
                try prepare(cases[index], by: preparation, threads: inner)
            }
            if case .failure(let error) = result, case .cache = error.fault {
                cacheFault.withLock { $0 = error }
            }
            progress.withLock { progress in
                progress.add(result)
                report(progress)
            }
            return result.map(\.result)
        }
        if let error = cacheFault.withLock({ $0 }) { throw PreparationErrors(errors: [error]) }
        let errors = results.compactMap { result in
            if case .failure(let error) = result { error } else { nil as PreparationError? }
        }
        guard errors.isEmpty else { throw PreparationErrors(errors: errors) }
        return results.compactMap { try? $0?.get() }
    }
}

extension PreparedCache.Progress {
    fileprivate mutating func add<Value>(
        _ result: Result<(result: Value, wasThere: Bool), PreparationError>
    ) {
        completed += 1
        switch result {
        case .success(let value): found += value.wasThere ? 1 : 0
        case .failure: failed += 1
        }
    }
}

/// All cases of a dataset that cannot be prepared.
public struct PreparationErrors: Error, Equatable, Sendable {
    public var errors: [PreparationError]

    public init(errors: [PreparationError]) {
        self.errors = errors
    }

    /// Whether cases are at fault, and not the cache.
    public var concernsDataset: Bool {
        errors.contains { if case .cache = $0.fault { false } else { true } }
    }

    /// The least size that holds the images for which there was no room; nil where there was for all.
    private var sufficientSize: SIMD3<Int>? {
        errors.reduce(nil as SIMD3<Int>?) { size, error in
            guard case .tooLarge(let image, let limit) = error.fault else { return size }
            return pointwiseMax(size ?? limit, image)
        }
    }
}

extension PreparationErrors: CustomStringConvertible {
    /// A line for each case, the first ones only: one mistake may concern a thousand.
    public var description: String {
        let shown = 20
        var lines = errors.prefix(shown).map {
            if case .cache(let error) = $0.fault { "\(error)" } else { "\($0)" }
        }
        if errors.count > shown { lines.append("… and \(errors.count - shown) more cases") }
        if errors.count > 1, let size = sufficientSize {
            lines.append("`size` \(size.x)x\(size.y)x\(size.z) holds all of them")
        }
        return lines.joined(separator: "\n")
    }
}
