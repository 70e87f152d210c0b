internal import SegNASExperiments
internal import SegNASHost
internal import SegNASTorch

extension Diagnosis {
    /// This diagnosis with the operations of a device, and with those that are wrong as its problems.
    func checking(_ device: Result<Device, DeviceError>?) -> Diagnosis {
        guard let device else { return self }
        var diagnosis = self
        switch device {
        case .success(let device):
            let check = CheckedDevice(
                device: "\(device)", operations: DeviceCheck.run(on: device))
            diagnosis.check = check
            diagnosis.problems += check.problems
        case .failure(let error):
            diagnosis.problems.append(
                Problem(
                    problem: "the device cannot be checked: \(error)",
                    remedy: "name a device that is there, such as cpu", isFatal: true))
        }
        return diagnosis
    }
}

extension Diagnosis.CheckedDevice {
    private var wrong: [DeviceCheck.Outcome] { operations.filter { !$0.isRight } }

    /// The result in one line.
    var line: String {
        let worst = operations.max { ($0.error ?? .infinity) < ($1.error ?? .infinity) }
        let right = "\(operations.count - wrong.count) of \(operations.count) results are right"
        let error = worst.flatMap { worst in
            worst.error.map { ", the largest error \($0) (\(worst.operation), \(worst.type))" }
        }
        return "\(device.padding(to: 10)) \(right)\(error ?? "")"
    }

    var problems: [Diagnosis.Problem] {
        wrong.map { outcome in
            let what =
                outcome.failure.map { "fails: \($0)" }
                ?? "is wrong, with a relative error of \(outcome.error ?? .infinity)"
            return Diagnosis.Problem(
                problem: "\(outcome.operation) in \(outcome.type) on \(device) \(what)",
                remedy:
                    "compute on the CPU, and check the GPU's driver, its memory (nvidia-smi -q -d ECC) and the "
                    + "versions of CUDA and cuDNN beside libtorch",
                isFatal: true)
        }
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
