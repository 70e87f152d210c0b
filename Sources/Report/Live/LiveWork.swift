package import SegNASSearch

/// What is known of the work on a folder at this moment, for a page that is watched.
package struct LiveWork: Sendable {
    /// The trainings that go on.
    package var trainings: [LiveTraining]
    /// When a process that works here last wrote anything, in seconds since 1970; nil if none has.
    package var lastSign: Double?
    /// The cores that the processes have kept busy lately; nil where that is not known.
    package var busyCores: Double?
    /// A validation case, outlined as the best network so far predicts it, as a PNG file in base64; nil without one.
    package var preview: String?
    /// The cores and the bytes of memory of this machine.
    package var cores: Int
    package var memory: UInt64

    package init(
        trainings: [LiveTraining] = [], lastSign: Double? = nil, busyCores: Double? = nil,
        preview: String? = nil, cores: Int, memory: UInt64
    ) {
        self.trainings = trainings
        self.lastSign = lastSign
        self.busyCores = busyCores
        self.preview = preview
        self.cores = cores
        self.memory = memory
    }
}

/// A training that goes on.
package struct LiveTraining: Sendable {
    /// `Trial 12`, or what else is trained.
    package var title: String
    /// The trial of a search; nil for another training.
    package var trial: Int?
    package var network: Architecture
    /// The network and what else was searched, in a line.
    package var form: String
    package var epochs: [TrainingEpoch]
    /// The epochs to do.
    package var allEpochs: Int
    /// Where it runs, such as `cpu/0`.
    package var place: String?
    /// When it was begun, in seconds since 1970.
    package var began: Double?
    /// The bytes of memory that its process uses.
    package var memory: UInt64?

    package init(
        title: String, trial: Int? = nil, network: Architecture, form: String? = nil,
        epochs: [TrainingEpoch], allEpochs: Int, place: String? = nil, began: Double? = nil,
        memory: UInt64? = nil
    ) {
        self.title = title
        self.trial = trial
        self.network = network
        self.form = form ?? "\(network)"
        self.epochs = epochs
        self.allEpochs = allEpochs
        self.place = place
        self.began = began
        self.memory = memory
    }
}

/// The state of a page that is watched: what the server has sent, so that the page asks for what came since.
package struct LivePosition: Hashable, Sendable {
    /// The start of the server, and the number of changes since.
    package let text: String

    package init(_ text: String) {
        self.text = text
    }
}
