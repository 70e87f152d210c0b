import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("Affine maps")
struct AffineTests {
    static let oblique = Affine(
        x: [-2, 0.1, 0.3], y: [0, 1.97, 0.32], z: [0.4, -0.36, 2.17], origin: [117.8, -35.7, -7.2])

    @Test("The inverse leads back")
    func inverse() {
        let point = SIMD3(3.0, -5, 7)
        let back = Self.oblique.inverse(Self.oblique(point))
        #expect((back - point).length < 1e-12)
        let identity = Self.oblique.composed(with: Self.oblique.inverse)
        #expect((identity.origin).length < 1e-12)
        #expect((identity(point) - point).length < 1e-12)
    }

    @Test("Maps without an inverse are recognised")
    func singular() {
        #expect(Self.oblique.isInvertible)
        var flat = Self.oblique
        flat.z = flat.x + flat.y
        #expect(!flat.isInvertible)
        flat.z = .zero
        #expect(!flat.isInvertible)
        flat = Self.oblique
        flat.origin.x = .nan
        #expect(!flat.isInvertible)
    }
}

@Suite("Orientation")
struct OrientationTests {
    struct Case: Decodable {
        var affine: [[Double]]
        var codes: String
    }

    @Test("Random affines, some with much shear, are named as nibabel names them")
    func affines() throws {
        for known in try fixture("orientations.json", as: [Case].self, in: .module) {
            let columns = (0..<4).map { column in
                SIMD3(known.affine[0][column], known.affine[1][column], known.affine[2][column])
            }
            let affine = Affine(x: columns[0], y: columns[1], z: columns[2], origin: columns[3])
            #expect("\(Orientation(affine))" == known.codes, "\(known.affine)")
        }
    }

    @Test("An axis that leads nowhere in particular still gets its own letter")
    func ties() {
        let affine = Affine(x: [1, 1, 0], y: [1, -1, 0], z: [0, 0, 1])
        #expect("\(Orientation(affine))" == "RPS")
    }
}
