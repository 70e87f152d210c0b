/// What a voxel of a phantom's head is made of; raw values index tables of intensities and labels.
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
