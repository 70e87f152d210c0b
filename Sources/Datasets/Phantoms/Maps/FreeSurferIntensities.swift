/// What FreeSurfer's numbers of structures look like in a T1-weighted image.
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
