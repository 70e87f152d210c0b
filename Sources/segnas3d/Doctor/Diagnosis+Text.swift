internal import SegNASExperiments
internal import SegNASHost
internal import SegNASTorch

extension Diagnosis {
    func json() throws -> String {
        try JSONDocument.text(of: self, .indented)
    }

    func text() -> String {
        let bfloat16 =
            processor.bfloat16.isEmpty
            ? "no native bfloat16" : "bfloat16 by " + processor.bfloat16.joined(separator: " and ")
        let cores = processor.cores == 1 ? "1 core" : "\(processor.cores) cores"
        var lines = [
            "segnas3d \(version), built with Swift \(swift)",
            "libtorch   \(libtorch) with oneDNN \(oneDNN), from \(libtorchPath)",
            "processor  \(processor.model): \(cores), \(processor.vector), \(bfloat16)",
        ]
        if !processor.limits.isEmpty {
            lines.append(
                "           libtorch \(processor.vector), oneDNN \(processor.oneDNN ?? "unknown"), "
                    + "segnas3d \(processor.kernels), limited by "
                    + processor.limits.joined(separator: " "))
        }
        lines += [
            "threads    \(threads.count), \(threads.reason)",
            "memory     \(ByteCount(memory.available)) available of \(ByteCount(memory.total))",
        ]
        lines += gpus.enumerated().map { index, gpu in
            let state = gpu.isUsable ? "cuda:\(index)" : "not usable"
            return "GPU        \(gpu.name), \(ByteCount(gpu.memory)), \(state)"
        }
        if gpus.isEmpty { lines.append("GPU        none") }
        lines.append("")
        lines += problems.map { problem in
            (problem.isFatal ? "ERROR: " : "Warning: ") + problem.problem + "\n  → "
                + problem.remedy
        }
        if problems.isEmpty { lines.append("All is well.") }
        return lines.joined(separator: "\n")
    }
}
