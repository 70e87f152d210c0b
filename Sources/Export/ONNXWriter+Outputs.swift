extension ONNXWriter {
    /// Adds what leads from the scores of all networks to the output.
    mutating func addOutput(_ scores: [String], of subject: ExportSubject) {
        switch subject.output {
        case .scores: add("scores", "Identity", scores)
        case .probabilities:
            add("probabilities", "Identity", [probabilities(scores, of: subject)])
        case .labels: addLabels(scores, of: subject)
        }
    }

    /// The mean of the networks' probabilities, or the probabilities of the only one.
    private mutating func probabilities(
        _ scores: [String], of subject: ExportSubject
    ) -> String {
        var mean: String?
        for (index, scores) in scores.enumerated() {
            let single: String
            let name = "probabilities\(index + 1)"
            switch subject.rule {
            case .mostProbable: single = add(name, "Softmax", [scores], ["axis": .int(1)])
            case .painted: single = add(name, "Sigmoid", [scores])
            }
            guard subject.members.count > 1 else { return single }
            let share = FloatArray([Float(subject.members[index].share)], shape: [1])
            let named = constant("share\(index + 1)", share)
            let part = add("part\(index + 1)", "Mul", [single, named])
            mean = mean.map { add("mean\(index + 1)", "Add", [$0, part]) } ?? part
        }
        return mean ?? scores[0]
    }

    private mutating func addLabels(_ scores: [String], of subject: ExportSubject) {
        let isMean = subject.members.count > 1
        let y = isMean ? probabilities(scores, of: subject) : scores[0]
        let type: ONNXModel.ElementType = subject.rule.fitsByte ? .uint8 : .int32
        switch subject.rule {
        case .mostProbable(let values):
            let classes = add("classes", "ArgMax", [y], ["axis": .int(1), "keepdims": .int(1)])
            let isPlain = type == .uint8 && values == Array(values.indices)
            if isPlain {
                add("labels", "Cast", [classes], ["to": .int(type.rawValue)])
            } else {
                let table = constant("values", labels: values, type)
                add("labels", "Gather", [table, classes], ["axis": .int(0)])
            }
        case .painted(let values, let background):
            // The sigmoid is above ½ where the score is above 0.
            let least = FloatArray([isMean ? 0.5 : 0], shape: [1])
            let threshold = constant("threshold", least)
            var painted = constant("background", labels: [background], type)
            for (index, value) in values.enumerated() {
                let region = add(
                    "region\(index + 1)", "Gather", [y, constant("index\(index + 1)", [index])],
                    ["axis": .int(1)])
                let inside = add("inside\(index + 1)", "Greater", [region, threshold])
                painted = add(
                    index == values.count - 1 ? "labels" : "painted\(index + 1)", "Where",
                    [inside, constant("value\(index + 1)", labels: [value], type), painted])
            }
        }
    }
}
