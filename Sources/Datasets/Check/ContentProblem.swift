/// What can be wrong with the images and label maps themselves.
public enum ContentProblem: Hashable, Sendable {
    case placeholder
    var severity: DatasetFault.Severity { .fault }
    var message: String { "" }
}
