import Foundation
import Testing

@testable import SegNASImaging

@Suite("Orientation")
struct OrientationTests {
    struct Case: Decodable {
        var affine: [[Double]]
        var codes: String
    }

    @Test("Random affines, some with much shear, are named as nibabel names them")
    func affines() throws {
        let file = try #require(
            Bundle.module.url(forResource: "Fixtures/orientations", withExtension: "json"))
        for known in try JSONDecoder().decode([Case].self, from: Data(contentsOf: file)) {
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
