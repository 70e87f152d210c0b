extension Tissue {
    /// What a phantom can label, largest first: more structures make a task harder.
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
