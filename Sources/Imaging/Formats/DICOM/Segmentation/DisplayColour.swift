internal import Glibc

extension RGB {
    /// The colour in CIELab with the white point D50, as DICOM stores it, PS3.3 C.10.7.1.1.
    var dicomLab: [UInt16] {
        let linear = SIMD3(red, green, blue).linear
        // From sRGB to XYZ, adapted to D50 by Bradford's method, relative to the white.
        let rows: [SIMD3<Double>] = [
            [0.4360747, 0.3850649, 0.1430804] / 0.9642, [0.2225045, 0.7168786, 0.0606169],
            [0.0139322, 0.0971045, 0.7141733] / 0.8251,
        ]
        let parts = rows.map { row in
            let share = (row * linear).sum()
            return share > 216.0 / 24_389 ? cbrt(share) : (24_389.0 / 27 * share + 16) / 116
        }
        let lightness = 116 * parts[1] - 16
        let (a, b) = (500 * (parts[0] - parts[1]), 200 * (parts[1] - parts[2]))
        return [lightness / 100, (a + 128) / 255, (b + 128) / 255].map {
            UInt16((max(0, min(1, $0)) * 65_535).rounded())
        }
    }
}
