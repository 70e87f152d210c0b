internal import SegNASSearch
internal import SegNASStudy

extension StudyPlan {
    /// Chooses the first point where the space asks for one, and refuses a space whose trainings cannot be.
    ///
    /// The limits must have been settled. A study that was begun keeps its first point.
    ///
    /// - Throws: ``OptionFaults``
    mutating func settleStart(_ options: SearchOptions, begun: StudyPlan?) throws {
        if let begun {
            if sampler.first == nil { sampler.first = begun.sampler.first }
            return
        }
        let space = try searchSpace()
        try OptionFaults.refuse(space.faults(for: options.conditions))
        // A model begins so by itself, with the next network where memory is too small.
        if options.isRecipeFirst, sampler.method != .model, sampler.first == nil {
            sampler.first = sampler.usualPoint(in: space)
        }
    }
}
