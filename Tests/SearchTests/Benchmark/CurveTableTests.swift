import Foundation
import Testing

@testable import SegNASSearch

@Suite("Tables of real curves")
struct CurveTableTests {
    private static func text() throws -> String {
        let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        return try String(contentsOf: folder.appending(path: "curves.csv"), encoding: .utf8)
    }

    @Test("networks, their trainings and the space that holds them")
    func reading() throws {
        let table = try CurveTable(try Self.text())
        #expect(table.epochs == 4 && table.networks.map(\.trainings.count) == [2, 1, 1, 1])
        // Best of the last half: 0.7 and 0.8.
        #expect(abs(table.networks[0].quality - 0.75) < 1e-12)
        #expect(table.networks.map(\.multiplyAdds) == [1.5e9, 1.2e9, 2.5e9, 0.8e9])
        #expect(table.space[.n] == .integers(8..<13) && table.space[.p] == .integers(2..<4))
        #expect(table.space[.nodes] == .integers(2..<5) && table.space[.sup] == .integers(0..<2))
    }

    @Test("a point stands for the nearest network, and each for itself")
    func nearest() throws {
        let table = try CurveTable(try Self.text())
        let landscape = CurveLandscape(table, seed: 1)
        #expect(landscape.best == 0.75)
        for measured in table.networks {
            let point = try landscape.space.encode(.segnas(measured.network))
            #expect(landscape.network(at: point)?.key == measured.key)
        }
        let block = try BlockGraph([2, 0, 1])
        let between = SegNAS(n: 9, p: 2, sup: false, res: true, block: block)
        let point = try landscape.space.encode(.segnas(between))
        #expect(landscape.network(at: point)?.key == 0)
        let illegal = SegNAS(
            n: 9, p: 2, sup: false, res: true, block: try BlockGraph([0, 2, 2]))
        #expect(landscape.network(at: try landscape.space.encode(.segnas(illegal))) == nil)
    }

    @Test("the training that counts depends on the landscape's seed")
    func trainings() throws {
        let table = try CurveTable(try Self.text())
        let lasts = (0..<20 as Range<UInt64>).map { seed in
            CurveLandscape(table, seed: seed).curve(of: table.networks[0])[3]
        }
        #expect(Set(lasts) == [0.7, 0.6])
    }

    struct Fault: CustomTestStringConvertible {
        var testDescription: String
        var old: String
        var new: String
        var message: String
    }

    static let faults = [
        Fault(
            testDescription: "another header", old: "multiply_adds", new: "flops",
            message:
                ", line 1: the columns must be architecture, parameters, multiply_adds, seed, and then 1, 2, … for at "
                + "least two epochs"),
        Fault(
            testDescription: "a missing value", old: ",0.1,0.3,0.6,0.7", new: ",0.1,0.3,0.6",
            message: ", line 2: there are 7 values, and the header has 8 columns"),
        Fault(
            testDescription: "no Dice", old: ",0.3,0.6,0.7", new: ",0.3,1.6,0.7",
            message: #", line 2: 3 cannot be "1.6""#),
        Fault(
            testDescription: "no number", old: "50000,1.5e9,2", new: "50000,-1,2",
            message: #", line 3: multiply_adds cannot be "-1""#),
        Fault(
            testDescription: "an illegal block", old: "[2, 0, 2]", new: "[0, 2, 2]",
            message:
                ", line 2: n 8 p 2 sup 0 res 1 {0,2,2} is no network of a search space that can be built"
        ),
        Fault(
            testDescription: "nothing", old: "", new: "",
            message:
                ", line 1: the columns must be architecture, parameters, multiply_adds, seed, and then 1, 2, … for at "
                + "least two epochs"),
    ]

    @Test("faults are told with their line", arguments: faults)
    func fault(_ it: Fault) throws {
        let text =
            it.old.isEmpty
            ? "" : try Self.text().replacing(it.old, with: it.new, maxReplacements: 1)
        let error = #expect(throws: CurveTableError.self) { try CurveTable(text) }
        #expect(error?.description == it.message)
    }

    @Test("a table of one network, and no file")
    func nothingToChoose() throws {
        let lines = try Self.text().split(separator: "\n").prefix(3).joined(separator: "\n") + "\n"
        let error = #expect(throws: CurveTableError.self) { try CurveTable(lines) }
        #expect(
            error?.description
                == ": a search needs at least two different networks to choose from")
        let missing = #expect(throws: CurveTableError.self) {
            try CurveTable(contentsOf: "/none/curves.csv")
        }
        #expect(missing?.description.hasPrefix("/none/curves.csv: ") == true)
    }
}
