internal import ArgumentParser
internal import SegNASDatasets

/// Faults of a dataset with which to go on knowingly: the same for all commands that check it.
struct AllowanceArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Go on with faults of this kind, which are warnings then; may be repeated. Kinds: \(Self.kinds).
            """, valueName: "kind"), transform: Self.kind)
    var allow: [AllowableFault] = []

    var kinds: Set<AllowableFault> { Set(allow) }

    private static let kinds = AllowableFault.allCases.map(\.rawValue).joined(separator: ", ")

    private static func kind(_ text: String) throws -> AllowableFault {
        guard let kind = AllowableFault(rawValue: text) else {
            throw ValidationError(
                """
                '\(text)' cannot be allowed. These kinds can: \(kinds). With any other fault training is impossible
                """)
        }
        return kind
    }
}
