internal import FoundationEssentials

/// Traces of an NVIDIA driver, as files of the system show them.
public struct GraphicsDriver: Equatable, Sendable {
    /// Such as `550.54.15`; nil where the driver is not loaded, or does not say.
    public var version: String?
    /// Whether the system has loaded it.
    public var isLoaded: Bool
    /// Whether this process finds the file of a GPU.
    public var hasDevice: Bool

    public init(version: String? = nil, isLoaded: Bool = true, hasDevice: Bool = true) {
        (self.version, self.isLoaded, self.hasDevice) = (version, isLoaded, hasDevice)
    }

    /// The driver of this machine, or nil where there is no trace of one; `root` is where `proc`, `dev` and `usr` are
    /// found, another folder in tests.
    public static func current(root: String = "/") -> GraphicsDriver? {
        let text = try? String(contentsOfFile: root + "proc/driver/nvidia/version", encoding: .utf8)
        let hasDevice = hasDevice(root: root)
        let isInstalled = ["usr/bin/nvidia-smi", "usr/local/bin/nvidia-smi"].contains {
            FileManager.default.fileExists(atPath: root + $0)
        }
        guard text != nil || hasDevice || isInstalled else { return nil }
        return GraphicsDriver(
            version: text.flatMap(version), isLoaded: text != nil || hasDevice,
            hasDevice: hasDevice)
    }

    /// `/dev/nvidia0` and so on, and the one device file of Windows' Linux.
    private static func hasDevice(root: String) -> Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "dev")) ?? []
        return names.contains { name in
            let number = name.dropFirst("nvidia".count)
            return name == "dxg"
                || name.hasPrefix("nvidia") && !number.isEmpty && number.allSatisfy(\.isNumber)
        }
    }

    /// `NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024`, or `Open Kernel
    /// Module for x86_64  550…`: the first word that is a number with a point.
    private static func version(_ text: String) -> String? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("NVRM") } ?? ""
        let word = line.split(separator: " ").first { word in
            word.contains(".") && word.allSatisfy { $0.isNumber || $0 == "." }
        }
        return word.map(String.init)
    }
}
