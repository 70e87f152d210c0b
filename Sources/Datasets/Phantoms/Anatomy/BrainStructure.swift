/// The structures that a phantom can label, largest first: more of them make a task harder.
///
/// They are the 19 of Wong & Moradi 2019, "SegNAS3D", doi:10.1007/978-3-030-32248-9_44.
enum BrainStructure: CaseIterable {
    case cerebralGrey, cerebralWhite, cerebellarGrey, cerebellarWhite, brainstem, thalamus
    case lateralVentricle, putamen, hippocampus, caudate, vermisAnterior, pallidum
    case vermisPosterior, vermisMiddle, amygdala, fourthVentricle, accumbens, thirdVentricle
    case inferiorLateralVentricle

    /// Its name in datasets.
    var name: String {
        switch self {
        case .cerebralGrey: "cerebral_grey"
        case .cerebralWhite: "cerebral_white"
        case .cerebellarGrey: "cerebellar_grey"
        case .cerebellarWhite: "cerebellar_white"
        case .lateralVentricle: "lateral_ventricle"
        case .vermisAnterior: "vermis_I_V"
        case .vermisMiddle: "vermis_VI_VII"
        case .vermisPosterior: "vermis_VIII_X"
        case .thirdVentricle: "third_ventricle"
        case .fourthVentricle: "fourth_ventricle"
        case .inferiorLateralVentricle: "inferior_lateral_ventricle"
        case .brainstem, .thalamus, .putamen, .hippocampus, .caudate, .pallidum, .amygdala,
            .accumbens:
            "\(self)"
        }
    }

    var tissue: Tissue {
        switch self {
        case .cerebralGrey: .cerebralGrey
        case .cerebralWhite: .cerebralWhite
        case .cerebellarGrey: .cerebellarGrey
        case .cerebellarWhite: .cerebellarWhite
        case .brainstem: .brainstem
        case .thalamus: .thalamus
        case .lateralVentricle: .lateralVentricle
        case .putamen: .putamen
        case .hippocampus: .hippocampus
        case .caudate: .caudate
        case .vermisAnterior: .vermisAnterior
        case .pallidum: .pallidum
        case .vermisPosterior: .vermisPosterior
        case .vermisMiddle: .vermisMiddle
        case .amygdala: .amygdala
        case .fourthVentricle: .fourthVentricle
        case .accumbens: .accumbens
        case .thirdVentricle: .thirdVentricle
        case .inferiorLateralVentricle: .inferiorLateralVentricle
        }
    }
}
