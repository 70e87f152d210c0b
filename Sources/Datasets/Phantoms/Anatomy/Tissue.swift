/// The tissue of a voxel of a phantom's head; raw values index tables of intensities and labels.
enum Tissue: UInt8, CaseIterable {
    case air, scalp, skull, muscle, fluid, ventralDiencephalon
    case cerebralGrey, thirdVentricle, fourthVentricle, brainstem
    case vermisAnterior, vermisMiddle, vermisPosterior
    case accumbens, amygdala, caudate, cerebellarGrey, cerebellarWhite, cerebralWhite
    case hippocampus, inferiorLateralVentricle, lateralVentricle, pallidum, putamen, thalamus

    /// Mean intensity in a T1-weighted image where cerebral white matter is 1.
    ///
    /// Brain: rounded means of twelve MP-RAGE images of adults; the rest of the head is typical of them.
    var t1: Float {
        switch self {
        case .air: 0
        case .skull: 0.12
        case .fluid, .fourthVentricle: 0.2
        case .lateralVentricle: 0.22
        case .thirdVentricle, .inferiorLateralVentricle: 0.25
        case .muscle: 0.45
        case .cerebralGrey: 0.61
        case .amygdala, .hippocampus: 0.65
        case .cerebellarGrey, .vermisAnterior, .vermisMiddle, .vermisPosterior: 0.65
        case .accumbens: 0.68
        case .caudate: 0.71
        case .putamen: 0.8
        case .thalamus: 0.84
        case .brainstem: 0.88
        case .ventralDiencephalon: 0.9
        case .scalp: 0.95
        case .cerebellarWhite, .pallidum: 0.97
        case .cerebralWhite: 1
        }
    }
}

extension Tissue {
    /// The structures that a phantom can label, largest first: more structures make a task harder.
    ///
    /// They are the 19 of Wong & Moradi 2019, "SegNAS3D", doi:10.1007/978-3-030-32248-9_44.
    static let structures: [Tissue] = [
        .cerebralGrey, .cerebralWhite, .cerebellarGrey, .cerebellarWhite, .brainstem, .thalamus,
        .lateralVentricle, .putamen, .hippocampus, .caudate, .vermisAnterior, .pallidum,
        .vermisPosterior, .vermisMiddle, .amygdala, .fourthVentricle, .accumbens,
        .thirdVentricle, .inferiorLateralVentricle,
    ]

    /// The name of a structure in datasets.
    var structureName: String {
        switch self {
        case .cerebralGrey: "cerebral_grey"
        case .cerebralWhite: "cerebral_white"
        case .cerebellarGrey: "cerebellar_grey"
        case .cerebellarWhite: "cerebellar_white"
        case .lateralVentricle: "lateral_ventricle"
        case .thirdVentricle: "third_ventricle"
        case .fourthVentricle: "fourth_ventricle"
        case .inferiorLateralVentricle: "inferior_lateral_ventricle"
        case .vermisAnterior: "vermis_I_V"
        case .vermisMiddle: "vermis_VI_VII"
        case .vermisPosterior: "vermis_VIII_X"
        default: "\(self)"
        }
    }
}

/// The labels of a phantom of the brain of which only the first structures are labelled.
///
/// The rest of the brain keeps the first label, `brain`: with one structure the task is to find the brain, and
/// with all of them that label is the cerebral grey matter, which is what remains.
struct BrainLabels {
    let table: LabelTable
    /// The label of each tissue.
    let values: [UInt8]

    init(structures count: Int) {
        let named = Tissue.structures.prefix(count)
        // Values follow the usual order of the structures, whatever their sizes.
        let ordered = named.sorted { $0.rawValue < $1.rawValue }
        let isWhole = count == Tissue.structures.count
        table = LabelTable(
            foreground: ordered.enumerated().map { index, structure in
                let isRest = structure == .cerebralGrey && !isWhole
                return .init(name: isRest ? "brain" : structure.structureName, value: index + 1)
            })
        var values = [UInt8](repeating: 0, count: Tissue.allCases.count)
        for structure in Tissue.structures {
            let index = ordered.firstIndex(of: structure) ?? 0
            values[Int(structure.rawValue)] = UInt8(index + 1)
        }
        self.values = values
    }
}

/// The T1-weighted intensities of the structures that FreeSurfer numbers.
enum FreeSurferIntensities {
    /// The mean intensity, where white matter is 1; nil for other numbers than FreeSurfer's of the brain.
    static func t1(of label: Int32) -> Float? {
        tissue(of: label)?.t1
    }

    /// Numbers of FreeSurferColorLUT.txt.
    private static func tissue(of label: Int32) -> Tissue? {
        switch label {
        case 0: .air
        case 2, 41, 251...255, 3000...4999: .cerebralWhite
        case 3, 42, 1000...2999, 11_100...12_999: .cerebralGrey
        case 4, 43: .lateralVentricle
        case 5, 44: .inferiorLateralVentricle
        case 7, 46: .cerebellarWhite
        case 8, 47: .cerebellarGrey
        case 10, 49: .thalamus
        case 11, 50: .caudate
        case 12, 51: .putamen
        case 13, 52: .pallidum
        case 14: .thirdVentricle
        case 15: .fourthVentricle
        case 16: .brainstem
        case 17, 53: .hippocampus
        case 18, 54: .amygdala
        case 24: .fluid
        case 26, 58: .accumbens
        case 28, 60: .ventralDiencephalon
        default: nil
        }
    }
}
